/* Forks twice, with a session of its own, and outlives its parents. */
#include "evasion.h"

int main(void)
{
	int ended[2];

	CHECK(pipe(ended));
	if (CHECK(fork()) == 0) {
		CHECK(setsid());
		if (CHECK(fork()) == 0)
			tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
		_exit(0);
	}
	close(ended[1]);
	char byte;

	CHECK(read(ended[0], &byte, 1)); /* until the last of them is gone */
	return 0;
}
