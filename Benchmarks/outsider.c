/*
 * outsider [ROUNDS]: what a process outside of a session pays: nanoseconds of one fork with exit and wait, one exec
 * with exit and wait, one getppid, one UDP and one TCP round trip over loopback, one TCP connect with accept and
 * close; each the best of five rounds. One JSON object on one line.
 */
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loopback.h"
#include "stopwatch.h"

struct sockets {
	int client;
	int server;
	int listener;
	union address listening;
};

static struct sockets udp, tcp;

static void fork_and_wait(void)
{
	pid_t pid = CHECK(fork());

	if (pid == 0)
		_exit(0);
	CHECK(waitpid(pid, NULL, 0));
}

static void exec_and_wait(void)
{
	pid_t pid = CHECK(vfork());

	if (pid == 0) {
		execl("/proc/self/exe", "outsider", "exit", NULL);
		_exit(255);
	}
	CHECK(waitpid(pid, NULL, 0));
}

static void get_parent(void)
{
	syscall(SYS_getppid);
}

static void round_trip(const struct sockets *pair)
{
	char byte[64] = "";

	CHECK(send(pair->client, byte, sizeof(byte), 0));
	CHECK(recv(pair->server, byte, sizeof(byte), MSG_WAITALL));
	CHECK(send(pair->server, byte, sizeof(byte), 0));
	CHECK(recv(pair->client, byte, sizeof(byte), MSG_WAITALL));
}

static void udp_round_trip(void)
{
	round_trip(&udp);
}

static void tcp_round_trip(void)
{
	round_trip(&tcp);
}

static void tcp_connect(void)
{
	int client = CHECK(socket(AF_INET, SOCK_STREAM, 0));

	CHECK(connect(client, &tcp.listening.generic, address_length(&tcp.listening)));
	int server = CHECK(accept(tcp.listener, NULL, NULL));
	/* The client's reset leaves no TIME_WAIT behind. */
	struct linger reset = {.l_onoff = 1};
	CHECK(setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)));
	close(client);
	close(server);
}

static int bound(int type, union address *address)
{
	int descriptor = CHECK(socket(AF_INET, type, 0));

	*address = loopback(FAMILY_V4, 0, 0);
	CHECK(bind(descriptor, &address->generic, address_length(address)));
	*address = loopback(FAMILY_V4, 0, port_of(descriptor));
	return descriptor;
}

static void open_sockets(void)
{
	union address client, server;

	udp.client = bound(SOCK_DGRAM, &client);
	udp.server = bound(SOCK_DGRAM, &server);
	CHECK(connect(udp.client, &server.generic, address_length(&server)));
	CHECK(connect(udp.server, &client.generic, address_length(&client)));
	tcp.listener = bound(SOCK_STREAM, &tcp.listening);
	CHECK(listen(tcp.listener, 16));
	tcp.client = CHECK(socket(AF_INET, SOCK_STREAM, 0));
	CHECK(connect(tcp.client, &tcp.listening.generic, address_length(&tcp.listening)));
	tcp.server = CHECK(accept(tcp.listener, NULL, NULL));
}

static double nanoseconds_of(void (*operation)(void), unsigned long rounds)
{
	double best = 0;

	for (int attempt = 0; attempt < 5; attempt++) {
		double start = seconds();

		for (unsigned long i = 0; i < rounds; i++)
			operation();
		double each = (seconds() - start) / (double)rounds * 1e9;
		if (best == 0 || each < best)
			best = each;
	}
	return best;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*operation)(void);
		unsigned long weight;
	} operations[] = {
	    {"fork", fork_and_wait, 1},
	    {"exec", exec_and_wait, 1},
	    {"getppid", get_parent, 1000},
	    {"udp round trip", udp_round_trip, 20},
	    {"tcp round trip", tcp_round_trip, 10},
	    {"tcp connect", tcp_connect, 4},
	};
	unsigned long rounds = 200;

	if (argc > 1 && strcmp(argv[1], "exit") == 0)
		return 0;
	if (argc > 1)
		rounds = number(argv[1]);
	open_sockets();
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		printf("%s\"%s\":%.1f", i ? "," : "{", operations[i].name,
		       nanoseconds_of(operations[i].operation, rounds * operations[i].weight));
	printf("}\n");
	return 0;
}
