/* A child whose arguments hold bytes that are not UTF-8, line feeds, terminal control and format characters. */
#include "helper.h"

int main(void)
{
	char *arguments[] = {"exit-with", "47",	      "invalid \xff\xfe\xc3(",	  "two\nlines", "\x1b[31mred\x1b[0m",
			     "",	  "]]>&<\"'", "::error file=a::injected", NULL};
	pid_t pid = CHECK(fork());

	if (pid == 0) {
		execv(helper_path(), arguments);
		_exit(255);
	}
	printf("{\"pid\":%d,\"child\":%d,\"child_code\":%d}\n", getpid(), pid, WEXITSTATUS(wait_for(pid)));
	return 0;
}
