/* killed-by-signal SIGNAL: a child ends by the signal. */
#include <signal.h>
#include <sys/resource.h>

#include "helper.h"

int main(int argc, char **argv)
{
	int signal = argc > 1 ? (int)number(argv[1]) : SIGKILL;
	struct rlimit none = {0};

	CHECK(setrlimit(RLIMIT_CORE, &none));
	pid_t pid = CHECK(fork());
	if (pid == 0) {
		kill(getpid(), signal);
		for (;;)
			pause();
	}
	int status = wait_for(pid);
	printf("{\"pid\":%d,\"child\":%d,\"signal\":%d,\"core\":%s}\n", getpid(), pid, WTERMSIG(status),
	       WCOREDUMP(status) ? "true" : "false");
	return 0;
}
