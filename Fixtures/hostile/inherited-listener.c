/* The parent listens, a child accepts (as pre-forking servers do), another child connects and sends 5 bytes. */
#include "helper.h"
#include "loopback.h"

static void accept_one(int listener)
{
	char received[5];
	int peer = CHECK(accept(listener, NULL, NULL));

	CHECK(recv(peer, received, 5, MSG_WAITALL));
	_exit(0);
}

static void connect_once(in_port_t port)
{
	union address address = loopback(FAMILY_V4, 0, port);
	int client = CHECK(socket(AF_INET, SOCK_STREAM, 0));

	CHECK(connect(client, &address.generic, address_length(&address)));
	CHECK(send(client, "hello", 5, 0));
	_exit(0);
}

int main(void)
{
	union address address = loopback(FAMILY_V4, 0, 0);
	int listener = CHECK(socket(AF_INET, SOCK_STREAM, 0));

	CHECK(bind(listener, &address.generic, address_length(&address)));
	CHECK(listen(listener, 1));
	in_port_t port = port_of(listener);
	pid_t server = CHECK(fork());
	if (server == 0)
		accept_one(listener);
	pid_t client = CHECK(fork());
	if (client == 0)
		connect_once(port);
	if (wait_for(server) != 0 || wait_for(client) != 0)
		errx(70, "a child failed");
	printf("{\"pid\":%d,\"server\":%d,\"client\":%d,\"port\":%u,\"bytes\":5}\n", getpid(), server, client, port);
	return 0;
}
