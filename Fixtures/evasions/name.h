/* Names: questions, and answers of one's own making. */
#ifndef NAME_H
#define NAME_H

#include "evasion.h"

#include <stdlib.h>

#define ANSWER_LIMIT 512

static inline size_t put_name(unsigned char *to, const char *name)
{
	unsigned char *start = to;

	while (*name) {
		size_t length = strcspn(name, ".");
		*to++ = (unsigned char)length;
		memcpy(to, name, length);
		to += length;
		name += length + (name[length] == '.');
	}
	*to++ = 0;
	return (size_t)(to - start);
}

/* A question for an IPv4 address; its length. */
static inline size_t put_question(unsigned char *to, const char *name)
{
	static const unsigned char header[12] = {0x12, 0x34, 1, 0, 0, 1};

	memcpy(to, header, sizeof header);
	size_t length = sizeof header + put_name(to + sizeof header, name);
	memcpy(to + length, "\0\1\0\1", 4);
	return length + 4;
}

/* Makes the answer to a question in its place; its length. */
static inline size_t put_answer(unsigned char *message, size_t length, const char *address)
{
	static const unsigned char record[12] = {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4};

	message[2] = 0x81;
	message[3] = 0x80;
	message[7] = 1;
	memcpy(message + length, record, sizeof record);
	inet_pton(AF_INET, address, message + length + sizeof record);
	return length + sizeof record + 4;
}

static inline int open_asking(const char *server)
{
	union address address = address_v4(server, 53);
	struct timeval patience = {.tv_sec = 20};
	int asking = open_socket(AF_INET, SOCK_DGRAM, 0);

	if (setsockopt(asking, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) ||
	    connect(asking, &address.generic, length_of(&address)))
		tell(-1);
	return asking;
}

static inline void receive(int asking)
{
	unsigned char message[ANSWER_LIMIT];

	if (recv(asking, message, sizeof message, 0) < 0)
		tell(-1);
}

/* Asks a server for a name's address and takes its answers. */
static inline void ask_at(const char *name, const char *server, int answers)
{
	unsigned char message[ANSWER_LIMIT];
	size_t length = put_question(message, name);
	int asking = open_asking(server);

	if (send(asking, message, length, 0) < 0)
		tell(-1);
	while (answers--)
		receive(asking);
	close(asking);
}

/* Stands for a nameserver: asks itself, and answers. */
static inline void ask_oneself(const char *name, const char *server, const char *answer)
{
	unsigned char message[ANSWER_LIMIT];
	union address address = address_v4(server, 53), asker;
	socklen_t asker_length = sizeof asker;
	int serving = open_socket(AF_INET, SOCK_DGRAM, 0), asking;
	size_t length = put_question(message, name);

	if (bind(serving, &address.generic, length_of(&address)))
		tell(-1);
	asking = open_asking(server);
	if (send(asking, message, length, 0) < 0 ||
	    recvfrom(serving, message, sizeof message, 0, &asker.generic, &asker_length) < 0)
		tell(-1);
	length = put_answer(message, length, answer);
	if (sendto(serving, message, length, 0, &asker.generic, asker_length) < 0)
		tell(-1);
	receive(asking);
	close(serving);
	close(asking);
}

#endif
