/*
 * name-race SERVER N udp|tcp THREADS PORT: N times, asks for the IPv6 address of aI.allowed.example and connects to it
 * at once, then the same for dI.denied.example. Over TCP the length of a message goes in a segment of its own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

#define MESSAGE_LIMIT 512
#define HEADER_LENGTH 12
#define THREAD_LIMIT 16

static const char *server;
static unsigned long rounds, threads;
static int is_stream;
static in_port_t port;

struct outcomes {
	unsigned long connected, refused, failed;
};

struct worker {
	pthread_t thread;
	unsigned long first;
	struct outcomes allowed, denied;
};

static int open_asking(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};
	struct timeval patience = {.tv_sec = 20};
	int one = 1, asking = CHECK(socket(AF_INET, is_stream ? SOCK_STREAM : SOCK_DGRAM, 0));

	if (inet_pton(AF_INET, server, &address.sin_addr) != 1)
		errx(64, "%s is no IPv4 address", server);
	CHECK(setsockopt(asking, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience));
	if (is_stream)
		CHECK(setsockopt(asking, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
	CHECK(connect(asking, (struct sockaddr *)&address, sizeof address));
	return asking;
}

static size_t put_question(unsigned char *message, unsigned id, const char *label, const char *domain)
{
	static const unsigned char end[] = "\7example\0\0\34\0\1"; /* AAAA, IN */
	unsigned char *to = message + HEADER_LENGTH;

	memset(message, 0, HEADER_LENGTH);
	message[0] = (unsigned char)(id >> 8);
	message[1] = (unsigned char)id;
	message[2] = 1;
	message[5] = 1;
	to += sprintf((char *)to, "%c%s", (int)strlen(label), label);
	to += sprintf((char *)to, "%c%s", (int)strlen(domain), domain);
	memcpy(to, end, sizeof end - 1);
	return (size_t)(to - message) + sizeof end - 1;
}

static void receive_exactly(int asking, void *into, size_t size)
{
	if ((size_t)CHECK(recv(asking, into, size, MSG_WAITALL)) != size)
		errx(70, "the server closed early");
}

/* The answer ends with the address. */
static void ask(int asking, unsigned char *message, size_t size, struct in6_addr *address)
{
	unsigned char length[2] = {(unsigned char)(size >> 8), (unsigned char)size};

	if (is_stream) {
		CHECK(send(asking, length, sizeof length, 0));
		CHECK(send(asking, message, size, 0));
		receive_exactly(asking, length, sizeof length);
		size = (size_t)length[0] << 8 | length[1];
		if (size > MESSAGE_LIMIT)
			errx(70, "an answer of %zu bytes", size);
		receive_exactly(asking, message, size);
	} else {
		CHECK(send(asking, message, size, 0));
		size = (size_t)CHECK(recv(asking, message, MESSAGE_LIMIT, 0));
	}
	if (size < HEADER_LENGTH + sizeof *address)
		errx(70, "an answer without an address");
	memcpy(address, message + size - sizeof *address, sizeof *address);
}

static void try(int asking, unsigned long number, const char *kind, const char *domain, struct outcomes *outcomes)
{
	unsigned char message[MESSAGE_LIMIT];
	char label[32];
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = port};

	snprintf(label, sizeof label, "%s%lu", kind, number);
	ask(asking, message, put_question(message, (unsigned)number, label, domain), &address.sin6_addr);
	int client = CHECK(socket(AF_INET6, SOCK_STREAM, 0));
	if (!connect(client, (struct sockaddr *)&address, sizeof address))
		outcomes->connected++;
	else if (errno == EPERM)
		outcomes->refused++;
	else
		outcomes->failed++;
	close(client);
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	int asking = open_asking();

	for (unsigned long number = worker->first; number < rounds; number += threads) {
		try(asking, number, "a", "allowed", &worker->allowed);
		try(asking, number, "d", "denied", &worker->denied);
	}
	close(asking);
	return NULL;
}

static void add(struct outcomes *sum, const struct outcomes *more)
{
	sum->connected += more->connected;
	sum->refused += more->refused;
	sum->failed += more->failed;
}

static void print(const char *name, const struct outcomes *outcomes)
{
	printf("\"%s\":{\"connected\":%lu,\"refused\":%lu,\"failed\":%lu}", name, outcomes->connected,
	       outcomes->refused, outcomes->failed);
}

int main(int argc, char **argv)
{
	static struct worker workers[THREAD_LIMIT];
	struct outcomes allowed = {0}, denied = {0};

	if (argc != 6)
		errx(64, "usage: name-race SERVER N udp|tcp THREADS PORT");
	server = argv[1];
	rounds = strtoul(argv[2], NULL, 10);
	is_stream = !strcmp(argv[3], "tcp");
	threads = strtoul(argv[4], NULL, 10);
	port = htons((in_port_t)strtoul(argv[5], NULL, 10));
	if (!threads || threads > THREAD_LIMIT)
		errx(64, "1 to %d threads", THREAD_LIMIT);
	for (unsigned long i = 0; i < threads; i++) {
		workers[i].first = i;
		errno = pthread_create(&workers[i].thread, NULL, work, &workers[i]);
		if (errno)
			err(70, "pthread_create");
	}
	for (unsigned long i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		add(&allowed, &workers[i].allowed);
		add(&denied, &workers[i].denied);
	}
	printf("{");
	print("allowed", &allowed);
	printf(",");
	print("denied", &denied);
	printf("}\n");
	return 0;
}
