/* A host's addresses in bounded time, which getaddrinfo(3) does not promise. */
#ifndef PROCESS_TRACER_HOST_LOOKUP_H
#define PROCESS_TRACER_HOST_LOOKUP_H

#include <netdb.h>
#include <time.h>

/* No EAI code: those are negative. */
enum { PT_LOOKUP_TIMED_OUT = 1 };

/*
 * The addresses of `host` for TCP to the port of this number, in at most
 * `limit`. 0 with a list for freeaddrinfo(3), PT_LOOKUP_TIMED_OUT, or an EAI
 * code.
 */
int pt_host_lookup(const char *host, const char *port, const struct timespec *limit, struct addrinfo **addresses);

#endif
