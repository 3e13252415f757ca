/*
 * THREADS threads at once begin and end TESTS tests each, with long names that differ in every byte that could be
 * mixed up, and connect to a port of their own in each: mark-parallel THREADS TESTS
 */
#include <arpa/inet.h>
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LEVEL = 0x70747261, END = 4, THREAD = 6, FIRST_PORT = 20000, PADDING = 180 };

static int tests;
static pthread_barrier_t start;

static void mark(int any_socket, int verb, const char *text)
{
	if (setsockopt(any_socket, LEVEL, verb, text, strlen(text)))
		err(70, "setsockopt");
}

static void *run(void *argument)
{
	long number = (long)argument;
	int any_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in peer = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	peer.sin_port = htons(FIRST_PORT + number);
	char name[256];
	pthread_barrier_wait(&start);
	for (int test = 0; test < tests; test++) {
		int length = sprintf(name, "t%ld-%d-", number, test);
		memset(name + length, 'a' + (number * 7 + test) % 26, PADDING);
		name[length + PADDING] = 0;
		mark(any_socket, THREAD, name);
		int visitor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		connect(visitor, (struct sockaddr *)&peer, sizeof peer);
		close(visitor);
		mark(any_socket, END, "passed");
	}
	return NULL;
}

int main(int count, char **arguments)
{
	pthread_t threads[64];
	if (count < 3 || atoi(arguments[1]) > 64)
		return 64;
	int number = atoi(arguments[1]);
	tests = atoi(arguments[2]);
	pthread_barrier_init(&start, NULL, number);
	for (long index = 0; index < number; index++)
		pthread_create(&threads[index], NULL, run, (void *)index);
	for (int index = 0; index < number; index++)
		pthread_join(threads[index], NULL);
	return 0;
}
