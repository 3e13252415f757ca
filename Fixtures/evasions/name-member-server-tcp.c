/* A nameserver of its own, over TCP; each message's length is in a segment of its own. */
#include "name.h"

#include <netinet/tcp.h>

static void send_message(int stream, const unsigned char *message, size_t length)
{
	unsigned char prefix[2] = {(unsigned char)(length >> 8), (unsigned char)length};

	if (send(stream, prefix, sizeof prefix, 0) < 0 || send(stream, message, length, 0) < 0)
		tell(-1);
}

static void receive_message(int stream, unsigned char *message)
{
	unsigned char prefix[2];

	if (recv(stream, prefix, sizeof prefix, MSG_WAITALL) != sizeof prefix)
		tell(-1);
	size_t length = (size_t)prefix[0] << 8 | prefix[1];
	if (length > ANSWER_LIMIT || recv(stream, message, length, MSG_WAITALL) != (ssize_t)length)
		tell(-1);
}

int main(void)
{
	unsigned char message[ANSWER_LIMIT];
	union address address = address_v4("192.0.2.1", 53);
	int listening = open_socket(AF_INET, SOCK_STREAM, 0), asking = open_socket(AF_INET, SOCK_STREAM, 0), one = 1;
	size_t length = put_question(message, "api.example.com");

	if (bind(listening, &address.generic, length_of(&address)) || listen(listening, 1) ||
	    setsockopt(asking, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) ||
	    connect(asking, &address.generic, length_of(&address)))
		tell(-1);
	int serving = accept(listening, NULL, NULL);
	if (serving < 0 || setsockopt(serving, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
		tell(-1);
	send_message(asking, message, length);
	receive_message(serving, message);
	send_message(serving, message, put_answer(message, length, "203.0.113.9"));
	receive_message(asking, message);
	close(asking); /* the first to close keeps its port: the server's is free for the next run */
	close(serving);
	close(listening);
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
}
