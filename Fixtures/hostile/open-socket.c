/*
 * open-socket SECONDS: leaves a process behind that holds both ends of an established connection, over which 11 bytes
 * went, and lives for SECONDS.
 */
#include <stdio.h>

#include "held.h"

int main(int argc, char **argv)
{
	unsigned seconds = argc > 1 ? (unsigned)number(argv[1]) : 5;
	union address address;
	int listener = listen_on_loopback(&address);
	char received[11];
	int ends[2];

	connect_to_self(listener, &address, ends);
	CHECK(send(ends[0], "hello there", 11, 0));
	CHECK(recv(ends[1], received, 11, MSG_WAITALL));
	pid_t pid = leave_behind(seconds);
	printf("{\"pid\":%d,\"child\":%d,\"port\":%u,\"bytes\":11}\n", getpid(), pid, port_of(listener));
	return 0;
}
