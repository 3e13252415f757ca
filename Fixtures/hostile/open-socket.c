/*
 * open-socket SECONDS: leaves a process behind that holds both ends of an established connection, over which 11 bytes
 * went, and lives for SECONDS.
 */
#include "helper.h"
#include "loopback.h"

int main(int argc, char **argv)
{
	unsigned seconds = argc > 1 ? (unsigned)number(argv[1]) : 5;
	union address address = loopback(FAMILY_V4, 0, 0);
	int listener = CHECK(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	char received[11];

	CHECK(bind(listener, &address.generic, address_length(&address)));
	CHECK(listen(listener, 1));
	address = loopback(FAMILY_V4, 0, port_of(listener));
	int client = CHECK(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	CHECK(connect(client, &address.generic, address_length(&address)));
	int server = CHECK(accept(listener, NULL, NULL));
	CHECK(send(client, "hello there", 11, 0));
	CHECK(recv(server, received, 11, MSG_WAITALL));

	pid_t pid = CHECK(fork());
	if (pid == 0) {
		for (int descriptor = 0; descriptor < 3; descriptor++)
			close(descriptor);
		sleep(seconds);
		_exit(0);
	}
	printf("{\"pid\":%d,\"child\":%d,\"port\":%u,\"bytes\":11}\n", getpid(), pid, port_of(listener));
	return 0;
}
