#define _GNU_SOURCE
#include "include/addresses.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

uint64_t pt_namespace_cookie(void)
{
	uint64_t cookie = 0;
	socklen_t length = sizeof cookie;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length))
		cookie = 0;
	if (fd >= 0)
		close(fd);
	return cookie;
}

int pt_watch_addresses(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
	if (bind(fd, (struct sockaddr *)&address, sizeof address)) {
		int error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

void pt_drain_addresses(int socket)
{
	char buffer[8192];
	/* ENOBUFS: some were lost, and all addresses are read again anyway. */
	while (recv(socket, buffer, sizeof buffer, 0) >= 0 || errno == ENOBUFS || errno == EINTR)
		;
}

int pt_own_addresses(uint8_t (*addresses)[16], int capacity)
{
	struct ifaddrs *list;
	if (getifaddrs(&list))
		return -errno;
	int count = 0;
	for (struct ifaddrs *each = list; each && count < capacity; each = each->ifa_next) {
		if (!each->ifa_addr)
			continue;
		if (each->ifa_addr->sa_family == AF_INET) {
			static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
			memcpy(addresses[count], mapped, sizeof mapped);
			memcpy(addresses[count++] + 12, &((struct sockaddr_in *)each->ifa_addr)->sin_addr, 4);
		} else if (each->ifa_addr->sa_family == AF_INET6) {
			memcpy(addresses[count++], &((struct sockaddr_in6 *)each->ifa_addr)->sin6_addr, 16);
		}
	}
	freeifaddrs(list);
	return count;
}
