/*
 * Two processes listen at one port (SO_REUSEPORT); eight connections are made, and each listener says how many came
 * in at it.
 */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "helper.h"

#define CONNECTIONS 8

static int listen_at(struct sockaddr_in *address)
{
	int yes = 1;
	socklen_t length = sizeof(*address);
	int listener = CHECK(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));

	CHECK(setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)));
	CHECK(bind(listener, (struct sockaddr *)address, length));
	CHECK(listen(listener, CONNECTIONS));
	CHECK(getsockname(listener, (struct sockaddr *)address, &length));
	return listener;
}

/* Accepts what came in, and says how many. */
static int accept_all(int listener)
{
	int accepted = 0;

	for (int peer; (peer = accept(listener, NULL, NULL)) >= 0; accepted++)
		close(peer);
	return accepted;
}

int main(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int ready[2], done[2], counted[2], others;
	char byte = 0;
	int own = listen_at(&address);

	CHECK(pipe(ready));
	CHECK(pipe(done));
	CHECK(pipe(counted));
	pid_t child = CHECK(fork());
	if (child == 0) {
		int listener = listen_at(&address);

		close(own);
		CHECK(write(ready[1], &byte, 1));
		CHECK(read(done[0], &byte, 1));
		others = accept_all(listener);
		CHECK(write(counted[1], &others, sizeof(others)));
		return 0;
	}
	CHECK(read(ready[0], &byte, 1));
	for (int i = 0; i < CONNECTIONS; i++) {
		int client = CHECK(socket(AF_INET, SOCK_STREAM, 0));

		CHECK(connect(client, (struct sockaddr *)&address, sizeof(address)));
		close(client);
	}
	CHECK(write(done[1], &byte, 1));
	CHECK(read(counted[0], &others, sizeof(others)));
	printf("{\"parent\":%d,\"by_parent\":%d,\"child\":%d,\"by_child\":%d}\n", getpid(), accept_all(own), child,
	       others);
	return 0;
}
