/*
 * What libexpat salts its tables with. glibc has this since 2.36, the oldest supported user land has 2.35; this
 * definition is the one that is linked.
 */
#include <stddef.h>
#include <stdlib.h>
#include <sys/random.h>

void arc4random_buf(void *buffer, size_t length)
{
	char *next = buffer;

	while (length > 0) {
		ssize_t got = getrandom(next, length, 0);

		if (got <= 0)
			abort();
		next += got;
		length -= (size_t)got;
	}
}
