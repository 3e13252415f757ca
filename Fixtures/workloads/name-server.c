/* name-server ADDRESS: says 192.0.2.77 to every DNS question that comes to port 53 of an IPv4 address, until killed. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "fail.h"

#define MESSAGE_LIMIT 512
#define HEADER_LENGTH 12

int main(int argc, char **argv)
{
	/* A pointer to the question's name, type A, class IN, a minute, four octets. */
	static const unsigned char record[] = {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 77};
	unsigned char message[MESSAGE_LIMIT + sizeof record];
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)}, asker;
	int server = CHECK(socket(AF_INET, SOCK_DGRAM, 0));

	if (argc < 2 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1)
		errx(64, "usage: name-server ADDRESS");
	CHECK(bind(server, (struct sockaddr *)&address, sizeof address));
	for (;;) {
		socklen_t length = sizeof asker;
		ssize_t size = CHECK(recvfrom(server, message, MESSAGE_LIMIT, 0, (struct sockaddr *)&asker, &length));

		if (size < HEADER_LENGTH)
			continue;
		message[2] = 0x81;
		message[3] = 0x80;
		message[7] = 1; /* one answer */
		memset(message + 8, 0, 4);
		memcpy(message + size, record, sizeof record);
		CHECK(sendto(server, message, (size_t)size + sizeof record, 0, (struct sockaddr *)&asker, length));
	}
}
