/* The network namespace of this process and its addresses. */
#ifndef PROCESS_TRACER_ADDRESSES_H
#define PROCESS_TRACER_ADDRESSES_H

#include <stdint.h>

/* SO_NETNS_COOKIE, Linux 5.14. 0 where the kernel does not tell. */
uint64_t pt_namespace_cookie(void);

/* A socket that is readable when an address was added or removed. The descriptor, or -errno. rtnetlink(7) */
int pt_watch_addresses(void);

/* Forgets what has been told. */
void pt_drain_addresses(int socket);

/* The addresses of all interfaces, 16 bytes each, IPv4 as v4-mapped. How many, at most `capacity`, or -errno. */
int pt_own_addresses(uint8_t (*addresses)[16], int capacity);

#endif
