/* A PID namespace of its own: its first process is 1 there, and that one's child, which ends with 49, is 2. */
#include <sched.h>

#include "helper.h"

int main(void)
{
	CHECK(unshare(CLONE_NEWPID));
	pid_t first = CHECK(fork());

	if (first == 0) {
		pid_t second = CHECK(fork());

		if (second == 0) {
			execl(helper_path(), "exit-with", "49", NULL);
			_exit(255);
		}
		_exit(getpid() == 1 && second == 2 && WEXITSTATUS(wait_for(second)) == 49 ? 0 : 70);
	}
	if (wait_for(first) != 0)
		errx(70, "the pids are not 1 and 2");
	printf("{\"pid\":%d,\"first\":%d,\"vpids\":[1,2],\"child_code\":49}\n", getpid(), first);
	return 0;
}
