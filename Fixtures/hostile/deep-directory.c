/* deep-directory COMPONENTS: runs a child in a directory that many components below the working directory. */
#include <sys/stat.h>

#include "helper.h"

int main(int argc, char **argv)
{
	unsigned long components = argc > 1 ? number(argv[1]) : 200;
	const char *helper = helper_path();
	char name[32];

	for (unsigned long i = 0; i < components; i++) {
		snprintf(name, sizeof(name), "d%lu", i);
		CHECK(mkdir(name, 0755));
		CHECK(chdir(name));
	}
	pid_t pid = CHECK(fork());
	if (pid == 0) {
		execl(helper, "exit-with", "48", NULL);
		_exit(255);
	}
	int status = wait_for(pid);
	for (unsigned long i = components; i-- > 0;) {
		snprintf(name, sizeof(name), "d%lu", i);
		CHECK(chdir(".."));
		CHECK(rmdir(name));
	}
	printf("{\"pid\":%d,\"child\":%d,\"child_code\":%d,\"components\":%lu}\n", getpid(), pid, WEXITSTATUS(status),
	       components);
	return 0;
}
