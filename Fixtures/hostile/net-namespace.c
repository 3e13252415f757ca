/*
 * net-namespace [--user]: in a network namespace (with --user also a user namespace) of its own, where there is no
 * route, tries 203.0.113.9:443 over TCP and 198.51.100.7:5353 over UDP; both fail with ENETUNREACH.
 */
#include <errno.h>
#include <sched.h>

#include "helper.h"
#include "loopback.h"

static int attempt(int type, const char *host, in_port_t port)
{
	union address address = loopback(FAMILY_V4, 0, port);
	int descriptor = CHECK(socket(AF_INET, type | SOCK_CLOEXEC, 0));
	long result;

	inet_pton(AF_INET, host, &address.v4.sin_addr);
	if (type == SOCK_STREAM)
		result = connect(descriptor, &address.generic, address_length(&address));
	else
		result = sendto(descriptor, "ping", 4, 0, &address.generic, address_length(&address));
	return result < 0 ? errno : 0;
}

int main(int argc, char **argv)
{
	int flags = argc > 1 && strcmp(argv[1], "--user") == 0 ? CLONE_NEWUSER : 0;

	CHECK(unshare(flags | CLONE_NEWNET));
	int tcp = attempt(SOCK_STREAM, "203.0.113.9", 443);
	int udp = attempt(SOCK_DGRAM, "198.51.100.7", 5353);
	if (tcp != ENETUNREACH || udp != ENETUNREACH)
		errx(70, "errno %d and %d, not ENETUNREACH", tcp, udp);
	printf("{\"pid\":%d,\"tcp\":\"203.0.113.9:443\",\"udp\":\"198.51.100.7:5353\",\"errno\":%d}\n", getpid(), tcp);
	return 0;
}
