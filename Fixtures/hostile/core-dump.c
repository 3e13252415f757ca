/* A child aborts and may dump core into the working directory; says whether the kernel did. */
#include <sys/resource.h>

#include "helper.h"

int main(void)
{
	struct rlimit limit;

	CHECK(getrlimit(RLIMIT_CORE, &limit));
	limit.rlim_cur = limit.rlim_max;
	CHECK(setrlimit(RLIMIT_CORE, &limit));
	pid_t pid = CHECK(fork());
	if (pid == 0)
		abort();
	int status = wait_for(pid);
	printf("{\"pid\":%d,\"child\":%d,\"signal\":%d,\"core\":%s}\n", getpid(), pid, WTERMSIG(status),
	       WCOREDUMP(status) ? "true" : "false");
	return 0;
}
