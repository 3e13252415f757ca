/*
 * flood N ADDRESS [--connected]: N datagrams to port 9 of an IPv4 address, one after the other. On a connected socket a
 * send can fail with what came back for an earlier one: it is sent again.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "fail.h"
#include "stopwatch.h"

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct sockaddr *to = (struct sockaddr *)&address;
	socklen_t length = sizeof address;
	char payload[32] = {0};
	bool is_connected = argc == 4 && strcmp(argv[3], "--connected") == 0;

	if (argc != 3 + is_connected || inet_pton(AF_INET, argv[2], &address.sin_addr) != 1)
		errx(64, "usage: flood N ADDRESS [--connected]");
	unsigned long count = number(argv[1]);
	int sender = CHECK(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	if (is_connected) {
		CHECK(connect(sender, to, length));
		to = NULL;
		length = 0;
	}
	double start = seconds();
	for (unsigned long sent = 0; sent < count;) {
		if (sendto(sender, payload, sizeof payload, 0, to, length) >= 0)
			sent++;
		else if (!is_connected || errno != ECONNREFUSED)
			err(70, "sendto");
	}
	printf("{\"seconds\":%.6f}\n", seconds() - start);
	return 0;
}
