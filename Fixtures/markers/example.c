/* Marks two tests; each connects to a port of its own: example PORT PORT. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* marker */
enum { LEVEL = 0x70747261, BEGIN = 1, END = 4 };

static void mark(int verb, const char *text)
{
	static int any_socket = -1;
	if (any_socket < 0)
		any_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(any_socket, LEVEL, verb, text, strlen(text)); /* fails where there is no tracer */
}
/* marker */

static void visit(const char *port)
{
	struct sockaddr_in peer = {
	    .sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int visitor = socket(AF_INET, SOCK_STREAM, 0);
	connect(visitor, (struct sockaddr *)&peer, sizeof peer);
	close(visitor);
}

int main(int count, char **arguments)
{
	const char *names[] = {"example::first", "example::second"};
	for (int test = 0; test < 2 && test + 1 < count; test++) {
		mark(BEGIN, names[test]);
		visit(arguments[test + 1]);
		mark(END, "passed");
	}
	return 0;
}
