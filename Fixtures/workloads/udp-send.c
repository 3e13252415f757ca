/*
 * udp-send N M [--family v4|v6|mapped] [--mode sendto|sendmsg|sendmmsg|connect]:
 * N datagrams in turn to M receivers of its own: 127.0.0.1, 127.0.0.2, … or ports of ::1.
 */
#include <stdio.h>
#include <unistd.h>

#include "loopback.h"
#include "stopwatch.h"

enum mode { MODE_SENDTO, MODE_SENDMSG, MODE_SENDMMSG, MODE_CONNECT };

static const char *const mode_names[] = {"sendto", "sendmsg", "sendmmsg", "connect"};

#define BATCH 32 /* datagrams in one sendmmsg */

struct destination {
	union address address;
	in_port_t port;
	int receiver;
	int sender; /* connected, in mode connect */
	unsigned long datagrams;
	unsigned long bytes;
};

static char payload[64];

static size_t size_of(unsigned long datagram)
{
	return 1 + datagram % 61;
}

static struct destination open_destination(enum family family, unsigned index, enum mode mode)
{
	struct destination destination = {.sender = -1};
	union address own = loopback(family == FAMILY_MAPPED ? FAMILY_V4 : family, index, 0);

	destination.receiver = CHECK(socket(own.generic.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	CHECK(bind(destination.receiver, &own.generic, address_length(&own)));
	destination.port = port_of(destination.receiver);
	destination.address = loopback(family, index, destination.port);
	if (mode == MODE_CONNECT) {
		destination.sender = CHECK(socket(domain_of(family), SOCK_DGRAM | SOCK_CLOEXEC, 0));
		CHECK(connect(destination.sender, &destination.address.generic, address_length(&destination.address)));
	}
	return destination;
}

static void send_one(int sender, struct destination *to, size_t size, enum mode mode)
{
	struct iovec piece = {.iov_base = payload, .iov_len = size};
	struct msghdr message = {
	    .msg_name = &to->address, .msg_namelen = address_length(&to->address), .msg_iov = &piece, .msg_iovlen = 1};

	if (mode == MODE_CONNECT)
		CHECK(send(to->sender, payload, size, 0));
	else if (mode == MODE_SENDMSG)
		CHECK(sendmsg(sender, &message, 0));
	else
		CHECK(sendto(sender, payload, size, 0, &to->address.generic, address_length(&to->address)));
}

static void send_batch(int sender, struct destination *destinations, unsigned long count, unsigned long first,
		       unsigned long size)
{
	struct mmsghdr messages[BATCH] = {0};
	struct iovec pieces[BATCH];
	unsigned done = 0;

	for (unsigned i = 0; i < size; i++) {
		struct destination *to = &destinations[(first + i) % count];

		pieces[i] = (struct iovec){.iov_base = payload, .iov_len = size_of(first + i)};
		messages[i].msg_hdr = (struct msghdr){.msg_name = &to->address,
						      .msg_namelen = address_length(&to->address),
						      .msg_iov = &pieces[i],
						      .msg_iovlen = 1};
	}
	while (done < size)
		done += (unsigned)CHECK(sendmmsg(sender, messages + done, (unsigned)size - done, 0));
}

int main(int argc, char **argv)
{
	enum family family = FAMILY_V4;
	enum mode mode = MODE_SENDTO;
	char text[INET6_ADDRSTRLEN];

	if (argc < 3 || argc % 2 != 1)
		errx(64, "usage: udp-send N M [--family F] [--mode MODE]");
	unsigned long datagrams = number(argv[1]), count = number(argv[2]);
	for (int i = 3; i < argc; i += 2) {
		if (strcmp(argv[i], "--family") == 0)
			family = parse_family(argv[i + 1]);
		else if (strcmp(argv[i], "--mode") == 0)
			while (mode <= MODE_CONNECT && strcmp(argv[i + 1], mode_names[mode]) != 0)
				mode++;
		else
			errx(64, "unknown option: %s", argv[i]);
	}
	if (mode > MODE_CONNECT || count < 1 || count > 250)
		errx(64, "a value is out of range");

	struct destination *destinations = calloc(count, sizeof(*destinations));
	int sender = CHECK(socket(domain_of(family), SOCK_DGRAM | SOCK_CLOEXEC, 0));
	for (unsigned i = 0; i < count; i++)
		destinations[i] = open_destination(family, i, mode);
	double start = seconds();
	for (unsigned long i = 0; i < datagrams; i++) {
		struct destination *to = &destinations[i % count];

		if (mode == MODE_SENDMMSG && i % BATCH == 0)
			send_batch(sender, destinations, count, i, datagrams - i < BATCH ? datagrams - i : BATCH);
		else if (mode != MODE_SENDMMSG)
			send_one(sender, to, size_of(i), mode);
		to->datagrams++;
		to->bytes += size_of(i);
	}

	printf("{\"workload\":\"udp-send\",\"family\":\"%s\",\"mode\":\"%s\",\"pid\":%d,\"datagrams\":%lu,\"seconds\":%"
	       ".6f,\"to\":{",
	       family_names[family], mode_names[mode], getpid(), datagrams, seconds() - start);
	for (unsigned i = 0; i < count; i++)
		printf(family == FAMILY_V6 ? "%s\"[%s]:%u\":[%lu,%lu]" : "%s\"%s:%u\":[%lu,%lu]", i ? "," : "",
		       address_text(family, i, text), destinations[i].port, destinations[i].datagrams,
		       destinations[i].bytes);
	printf("}}\n");
	return 0;
}
