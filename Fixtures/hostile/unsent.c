/* What is no connection: a UDP connect without a send, as getaddrinfo makes, and a connect to AF_UNSPEC. */
#include "helper.h"
#include "loopback.h"

int main(void)
{
	union address nowhere = {.generic.sa_family = AF_UNSPEC};
	union address address = loopback(FAMILY_V4, 7, 9);
	int datagram = CHECK(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	int stream = CHECK(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

	CHECK(connect(datagram, &address.generic, address_length(&address)));
	CHECK(connect(datagram, &nowhere.generic, sizeof(nowhere.generic)));
	CHECK(connect(stream, &nowhere.generic, sizeof(nowhere.generic)));
	printf("{\"pid\":%d,\"connections\":0}\n", getpid());
	return 0;
}
