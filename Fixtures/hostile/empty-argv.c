/* Starts a child with no argument at all, which the kernel makes one empty argument (fs/exec.c, do_execveat_common). */
#include "helper.h"

int main(void)
{
	char *nothing[] = {NULL};
	pid_t pid = CHECK(fork());

	if (pid == 0) {
#pragma GCC diagnostic ignored "-Wnonnull"
		execve(helper_path(), nothing, environ);
		_exit(255);
	}
	printf("{\"pid\":%d,\"child\":%d,\"child_code\":%d}\n", getpid(), pid, WEXITSTATUS(wait_for(pid)));
	return 0;
}
