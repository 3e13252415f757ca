/* A child by vfork ends with 50, one by posix_spawn with 51. */
#include <spawn.h>

#include "helper.h"

int main(void)
{
	const char *helper = helper_path();
	char *arguments[] = {"exit-with", "51", NULL};
	pid_t spawned, forked = CHECK(vfork());

	if (forked == 0) {
		execl(helper, "exit-with", "50", NULL);
		_exit(255);
	}
	if (posix_spawn(&spawned, helper, NULL, NULL, arguments, environ) != 0)
		errx(70, "posix_spawn");
	int forked_code = WEXITSTATUS(wait_for(forked)), spawned_code = WEXITSTATUS(wait_for(spawned));
	printf("{\"pid\":%d,\"forked\":%d,\"forked_code\":%d,\"spawned\":%d,\"spawned_code\":%d}\n", getpid(), forked,
	       forked_code, spawned, spawned_code);
	return 0;
}
