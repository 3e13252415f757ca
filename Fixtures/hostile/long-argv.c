/* long-argv BYTES: a child whose argv has BYTES bytes, NULs included: `exit-with 46 xxxxxxxxxxxxxxx xxxxxxxxxxxxxxx …`.
 */
#include "helper.h"

#define ARGUMENT 16 /* bytes with the NUL */

int main(int argc, char **argv)
{
	size_t bytes = argc > 1 ? number(argv[1]) : 40960;
	size_t used = sizeof("exit-with") + sizeof("46"), count = 2;
	char **arguments = calloc(bytes / ARGUMENT + 4, sizeof(char *));

	arguments[0] = "exit-with";
	arguments[1] = "46";
	while (used < bytes) {
		size_t size = bytes - used < 2 * ARGUMENT ? bytes - used : ARGUMENT;
		char *argument = calloc(1, size);

		memset(argument, 'x', size - 1);
		arguments[count++] = argument;
		used += size;
	}
	pid_t pid = CHECK(fork());
	if (pid == 0) {
		execv(helper_path(), arguments);
		_exit(255);
	}
	printf("{\"pid\":%d,\"child\":%d,\"child_code\":%d,\"arguments\":%zu,\"bytes\":%zu}\n", getpid(), pid,
	       WEXITSTATUS(wait_for(pid)), count, used);
	return 0;
}
