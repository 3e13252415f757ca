/* hog [SECONDS]: keeps one core busy until stdin ends, at most SECONDS (600). */
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

int main(int argc, char **argv)
{
	unsigned long seconds = argc > 1 ? number(argv[1]) : 600;
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	time_t end = time(NULL) + (time_t)seconds;
	char byte;

	while (time(NULL) < end) {
		for (volatile unsigned long i = 0; i < 2000000; i++)
			;
		if (poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) <= 0)
			break;
	}
	return 0;
}
