/*
 * tcp-connect N [--family v4|v6|mapped] [--mode plain|refused|non-blocking] [--destinations D]:
 * N connections one by one to a listener thread of its own; each side sends a known number of bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "loopback.h"
#include "stopwatch.h"

enum mode { MODE_PLAIN, MODE_REFUSED, MODE_NON_BLOCKING };

static const char *const mode_names[] = {"plain", "refused", "non-blocking"};

struct settings {
	unsigned long connections;
	unsigned long destinations;
	enum family family;
	enum mode mode;
};

struct listener {
	int descriptor;
	unsigned long connections;
	unsigned long bytes_sent;
	unsigned long bytes_received;
};

static char buffer[256];

static size_t request_size(unsigned long connection)
{
	return 1 + connection % 97;
}

static size_t answer_size(unsigned long connection)
{
	return 2 + connection % 89;
}

static void receive_exactly(int descriptor, size_t size)
{
	char received[sizeof(buffer)];

	if ((size_t)CHECK(recv(descriptor, received, size, MSG_WAITALL)) != size)
		errx(70, "the other side closed early");
}

static void *serve(void *argument)
{
	struct listener *listener = argument;
	char byte;

	for (unsigned long i = 0; i < listener->connections; i++) {
		int peer = CHECK(accept4(listener->descriptor, NULL, NULL, SOCK_CLOEXEC));

		receive_exactly(peer, request_size(i));
		listener->bytes_received += request_size(i);
		listener->bytes_sent += (unsigned long)CHECK(send(peer, buffer, answer_size(i), MSG_NOSIGNAL));
		while (read(peer, &byte, 1) > 0)
			;
		close(peer);
	}
	return NULL;
}

static bool connect_to(int descriptor, const union address *address, enum mode mode)
{
	int error = 0;
	socklen_t length = sizeof(error);
	struct pollfd writable = {.fd = descriptor, .events = POLLOUT};

	if (connect(descriptor, &address->generic, address_length(address)) == 0)
		return true;
	if (errno == EINPROGRESS && mode == MODE_NON_BLOCKING) {
		CHECK(poll(&writable, 1, -1));
		CHECK(getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length));
		CHECK(fcntl(descriptor, F_SETFL, 0));
		errno = error;
		if (error == 0)
			return true;
	}
	if (errno != ECONNREFUSED)
		err(70, "connect");
	return false;
}

static struct settings parse(int argc, char **argv)
{
	struct settings settings = {.destinations = 1};

	if (argc < 2 || argc % 2 != 0)
		errx(64, "usage: tcp-connect N [--family F] [--mode M] [--destinations D]");
	settings.connections = number(argv[1]);
	for (int i = 2; i < argc; i += 2) {
		const char *value = argv[i + 1];

		if (strcmp(argv[i], "--family") == 0)
			settings.family = parse_family(value);
		else if (strcmp(argv[i], "--destinations") == 0)
			settings.destinations = number(value);
		else if (strcmp(argv[i], "--mode") == 0)
			while (settings.mode <= MODE_NON_BLOCKING && strcmp(value, mode_names[settings.mode]) != 0)
				settings.mode++;
		else
			errx(64, "unknown option: %s", argv[i]);
	}
	if (settings.mode > MODE_NON_BLOCKING || settings.destinations < 1 || settings.destinations > 250)
		errx(64, "a value is out of range");
	return settings;
}

static int bind_listener(const struct settings *settings)
{
	union address any = loopback(settings->family, 0, 0);
	int descriptor = CHECK(socket(domain_of(settings->family), SOCK_STREAM | SOCK_CLOEXEC, 0));

	if (settings->family == FAMILY_V4)
		any.v4.sin_addr.s_addr = INADDR_ANY;
	else
		any.v6.sin6_addr = in6addr_any;
	CHECK(bind(descriptor, &any.generic, address_length(&any)));
	/* A port that is bound and not listened to refuses, and nobody else can take it. */
	if (settings->mode != MODE_REFUSED)
		CHECK(listen(descriptor, 128));
	return descriptor;
}

int main(int argc, char **argv)
{
	struct settings settings = parse(argc, argv);
	struct listener listener = {.descriptor = bind_listener(&settings), .connections = settings.connections};
	in_port_t port = port_of(listener.descriptor);
	unsigned long established = 0, refused = 0, sent = 0, received = 0;
	double start = seconds();
	pthread_t thread;

	if (settings.mode == MODE_REFUSED)
		listener.connections = 0;
	pthread_create(&thread, NULL, serve, &listener);
	for (unsigned long i = 0; i < settings.connections; i++) {
		union address peer = loopback(settings.family, (unsigned)(i % settings.destinations), port);
		int flags = SOCK_STREAM | SOCK_CLOEXEC | (settings.mode == MODE_NON_BLOCKING ? SOCK_NONBLOCK : 0);
		int client = CHECK(socket(domain_of(settings.family), flags, 0));

		if (connect_to(client, &peer, settings.mode)) {
			established++;
			sent += (unsigned long)CHECK(send(client, buffer, request_size(i), MSG_NOSIGNAL));
			receive_exactly(client, answer_size(i));
			received += answer_size(i);
		} else {
			refused++;
		}
		close(client);
	}
	pthread_join(thread, NULL);
	if (listener.bytes_received != sent || listener.bytes_sent != received)
		errx(70, "the two sides disagree on the bytes");
	printf("{\"workload\":\"tcp-connect\",\"family\":\"%s\",\"mode\":\"%s\",\"pid\":%d,\"port\":%u,"
	       "\"destinations\":%lu,\"connections\":%lu,\"established\":%lu,\"refused\":%lu,"
	       "\"bytes_sent\":%lu,\"bytes_received\":%lu,\"seconds\":%.6f}\n",
	       family_names[settings.family], mode_names[settings.mode], getpid(), port, settings.destinations,
	       settings.connections, established, refused, sent, received, seconds() - start);
	return 0;
}
