/* Connections of a program to itself, and a process that is left behind and holds them. */
#ifndef HELD_H
#define HELD_H

#include <unistd.h>

#include "fail.h"
#include "loopback.h"

/* A listener on IPv4 loopback, whose address is put where `address` points. */
static inline int listen_on_loopback(union address *address)
{
	int listener = CHECK(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

	*address = loopback(FAMILY_V4, 0, 0);
	CHECK(bind(listener, &address->generic, address_length(address)));
	CHECK(listen(listener, 1));
	*address = loopback(FAMILY_V4, 0, port_of(listener));
	return listener;
}

/* Both ends of a new connection: who connected, and what the listener accepted. */
static inline void connect_to_self(int listener, const union address *address, int ends[2])
{
	ends[0] = CHECK(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	CHECK(connect(ends[0], &address->generic, address_length(address)));
	ends[1] = CHECK(accept(listener, NULL, NULL));
}

/* A process that has the caller's sockets, but not its terminal, and lives for `seconds`. */
static inline pid_t leave_behind(unsigned seconds)
{
	pid_t pid = CHECK(fork());

	if (pid == 0) {
		for (int descriptor = 0; descriptor < 3; descriptor++)
			close(descriptor);
		sleep(seconds);
		_exit(0);
	}
	return pid;
}

#endif
