/* flood N ADDRESS: N datagrams to port 9 of an IPv4 address, one after the other. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "fail.h"
#include "stopwatch.h"

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
	char payload[32] = {0};

	if (argc != 3 || inet_pton(AF_INET, argv[2], &address.sin_addr) != 1)
		errx(64, "usage: flood N ADDRESS");
	unsigned long count = number(argv[1]);
	int sender = CHECK(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	double start = seconds();
	for (unsigned long i = 0; i < count; i++)
		CHECK(sendto(sender, payload, sizeof payload, 0, (struct sockaddr *)&address, sizeof address));
	printf("{\"seconds\":%.6f}\n", seconds() - start);
	return 0;
}
