#define _GNU_SOURCE
#include "CHostLookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct addrinfo tcp = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};

struct lookup {
	struct gaicb request;
	char *host;
	char *port;
};

static void release(struct lookup *lookup)
{
	free(lookup->host);
	free(lookup->port);
	free(lookup);
}

static struct lookup *prepare(const char *host, const char *port)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));

	if (lookup == NULL)
		return NULL;
	lookup->host = strdup(host);
	lookup->port = strdup(port);
	if (lookup->host == NULL || lookup->port == NULL) {
		release(lookup);
		return NULL;
	}
	lookup->request.ar_name = lookup->host;
	lookup->request.ar_service = lookup->port;
	lookup->request.ar_request = &tcp;
	return lookup;
}

static int is_past(const struct timespec *end, struct timespec *left)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left->tv_sec = end->tv_sec - now.tv_sec;
	left->tv_nsec = end->tv_nsec - now.tv_nsec;
	if (left->tv_nsec < 0) {
		left->tv_sec--;
		left->tv_nsec += 1000000000;
	}
	return left->tv_sec < 0;
}

int pt_host_lookup(const char *host, const char *port, const struct timespec *limit, struct addrinfo **addresses)
{
	struct lookup *lookup = prepare(host, port);
	struct gaicb *list[1];
	const struct gaicb *waited[1];
	struct timespec end;
	struct timespec left;
	int result;

	if (lookup == NULL)
		return EAI_MEMORY;
	list[0] = &lookup->request;
	waited[0] = &lookup->request;
	result = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
	if (result != 0) {
		release(lookup);
		return result;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += limit->tv_sec;
	end.tv_nsec += limit->tv_nsec;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	while ((result = gai_error(&lookup->request)) == EAI_INPROGRESS && !is_past(&end, &left))
		gai_suspend(waited, 1, &left);
	if (result == EAI_INPROGRESS) {
		/* Where it cannot be cancelled, the resolver's thread goes on to write into it. */
		if (gai_cancel(&lookup->request) == EAI_CANCELED)
			release(lookup);
		return PT_LOOKUP_TIMED_OUT;
	}
	if (result == 0)
		*addresses = lookup->request.ar_result;
	release(lookup);
	return result;
}
