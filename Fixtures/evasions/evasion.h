/* What the programs here share: the destinations, which are documentation addresses, and the line that each prints. */
#ifndef EVASION_H
#define EVASION_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

union address {
	struct sockaddr generic;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static inline union address address_v4(const char *host, in_port_t port)
{
	union address address = {.v4 = {.sin_family = AF_INET, .sin_port = htons(port)}};

	inet_pton(AF_INET, host, &address.v4.sin_addr);
	return address;
}

static inline union address address_v6(const char *host, in_port_t port)
{
	union address address = {.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)}};

	inet_pton(AF_INET6, host, &address.v6.sin6_addr);
	return address;
}

#define TARGET address_v4("203.0.113.9", 443)

static inline socklen_t length_of(const union address *address)
{
	return address->generic.sa_family == AF_INET ? sizeof(address->v4) : sizeof(address->v6);
}

/* Who did it and what the kernel answered: a positive errno, 0 for success. Ends the program. */
static inline _Noreturn void tell_of(pid_t pid, long result)
{
	printf("{\"pid\":%d,\"errno\":%d}\n", pid, result < 0 ? errno : 0);
	fflush(stdout);
	_exit(0);
}

static inline _Noreturn void tell(long result)
{
	tell_of(getpid(), result);
}

/* A socket that may be missing here: errno 93, 94 or 97 is told as it is. */
static inline int open_socket(int family, int type, int protocol)
{
	int descriptor = socket(family, type, protocol);

	if (descriptor < 0)
		tell(-1);
	return descriptor;
}

static inline long connect_to(int descriptor, union address address)
{
	return connect(descriptor, &address.generic, length_of(&address));
}

static inline long send_to(int descriptor, union address address)
{
	return sendto(descriptor, "ping", 4, 0, &address.generic, length_of(&address));
}

#endif
