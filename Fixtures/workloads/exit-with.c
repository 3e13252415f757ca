/* exit-with CODE [wait] ...: exits with CODE; with `wait`, says one byte on stdout and lives until stdin ends. */
#include <string.h>
#include <unistd.h>

#include "fail.h"

int main(int argc, char **argv)
{
	char byte;

	/* Started with an empty argv, which the kernel makes one empty argument. */
	if (argc < 2)
		return 0;
	if (argc > 2 && strcmp(argv[2], "wait") == 0) {
		CHECK(write(STDOUT_FILENO, "r", 1));
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
	}
	return (int)number(argv[1]);
}
