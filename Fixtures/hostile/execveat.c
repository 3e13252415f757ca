/* Executes a file by a directory's descriptor and a relative name; the child ends with 44. */
#include <fcntl.h>

#include "helper.h"

int main(void)
{
	char *arguments[] = {"exit-with", "44", NULL};
	pid_t pid = CHECK(fork());

	if (pid == 0) {
		int directory = CHECK(open(helper_directory(), O_PATH | O_DIRECTORY | O_CLOEXEC));

		execveat(directory, "exit-with", arguments, environ, 0);
		_exit(255);
	}
	printf("{\"pid\":%d,\"child\":%d,\"child_code\":%d}\n", getpid(), pid, WEXITSTATUS(wait_for(pid)));
	return 0;
}
