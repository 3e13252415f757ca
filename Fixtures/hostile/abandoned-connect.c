/*
 * A non-blocking connect that is closed before it is established: the listener's queue is full and nobody accepts, so
 * a SYN gets no answer. net/ipv4/tcp_input.c, tcp_conn_request.
 */
#include <errno.h>
#include <poll.h>

#include "helper.h"
#include "loopback.h"

int main(void)
{
	union address address = loopback(FAMILY_V4, 0, 0);
	int listener = CHECK(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	unsigned established = 0;

	CHECK(bind(listener, &address.generic, address_length(&address)));
	CHECK(listen(listener, 0));
	in_port_t port = port_of(listener);
	address = loopback(FAMILY_V4, 0, port);
	for (;;) {
		int client = CHECK(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
		struct pollfd writable = {.fd = client, .events = POLLOUT};

		if (connect(client, &address.generic, address_length(&address)) < 0 && errno != EINPROGRESS)
			err(70, "connect");
		if (poll(&writable, 1, 100) == 0) {
			close(client);
			break;
		}
		if (++established > 16)
			errx(70, "the listener's queue does not fill up");
	}
	printf("{\"pid\":%d,\"port\":%u,\"established\":%u,\"abandoned\":1}\n", getpid(), port, established);
	return 0;
}
