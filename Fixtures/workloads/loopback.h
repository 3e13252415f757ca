/* Loopback addresses by number, for IPv4, IPv6 and IPv4-mapped sockets. */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "fail.h"

enum family { FAMILY_V4, FAMILY_V6, FAMILY_MAPPED };

static const char *const family_names[] = {"v4", "v6", "mapped"};

static inline enum family parse_family(const char *text)
{
	for (int family = FAMILY_V4; family <= FAMILY_MAPPED; family++)
		if (strcmp(text, family_names[family]) == 0)
			return family;
	errx(64, "unknown family: %s", text);
}

union address {
	struct sockaddr generic;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* 127.0.0.(1 + n), ::1, or ::ffff:127.0.0.(1 + n) */
static inline union address loopback(enum family family, unsigned n, in_port_t port)
{
	union address address = {0};
	uint32_t host = htonl(INADDR_LOOPBACK + n);

	if (family == FAMILY_V4) {
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = htons(port);
		address.v4.sin_addr.s_addr = host;
		return address;
	}
	address.v6.sin6_family = AF_INET6;
	address.v6.sin6_port = htons(port);
	address.v6.sin6_addr = in6addr_loopback;
	if (family == FAMILY_MAPPED) {
		memset(&address.v6.sin6_addr, 0, 10);
		memset(&address.v6.sin6_addr.s6_addr[10], 0xff, 2);
		memcpy(&address.v6.sin6_addr.s6_addr[12], &host, 4);
	}
	return address;
}

static inline socklen_t address_length(const union address *address)
{
	return address->generic.sa_family == AF_INET ? sizeof(address->v4) : sizeof(address->v6);
}

static inline int domain_of(enum family family)
{
	return family == FAMILY_V4 ? AF_INET : AF_INET6;
}

static inline in_port_t port_of(int descriptor)
{
	union address address;
	socklen_t length = sizeof(address);

	CHECK(getsockname(descriptor, &address.generic, &length));
	return ntohs(address.generic.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

/* As a report shows it: a mapped address is an IPv4 address. */
static inline const char *address_text(enum family family, unsigned n, char text[static INET6_ADDRSTRLEN])
{
	union address address = loopback(family == FAMILY_MAPPED ? FAMILY_V4 : family, n, 0);

	if (address.generic.sa_family == AF_INET)
		inet_ntop(AF_INET, &address.v4.sin_addr, text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, &address.v6.sin6_addr, text, INET6_ADDRSTRLEN);
	return text;
}

#endif
