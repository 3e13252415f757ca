/*
 * dns-noise serve ADDRESS          answers what comes to port 53 with messages of changed bytes, until killed
 * dns-noise ask ADDRESS SEED N     asks N questions of changed bytes, each on a socket of its own, and waits for each
 *                                  answer; tells how many were questions, and how many answers fit theirs
 *
 * Both sides go on from a stream of numbers that the seed gives, so that a run can be repeated.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "fail.h"
#include "stopwatch.h"

#define MESSAGE_LIMIT 1024
#define HEADER_LENGTH 12
#define NAME_OCTETS 255
#define LABEL_OCTETS 63

struct message {
	unsigned char bytes[MESSAGE_LIMIT];
	size_t length;
};

/* What a question is known by: its id, its name in small letters, its type and class. */
struct question {
	uint16_t id, type, class;
	size_t length;
	unsigned char name[NAME_OCTETS];
};

/* splitmix64 */
static uint64_t next(uint64_t *state)
{
	uint64_t mixed = *state += 0x9E3779B97F4A7C15;

	mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
	mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
	return mixed ^ mixed >> 31;
}

static size_t below(uint64_t *state, size_t limit)
{
	return next(state) % limit;
}

static void append(struct message *message, const void *bytes, size_t length)
{
	if (message->length + length > MESSAGE_LIMIT)
		errx(70, "a message is too long");
	memcpy(message->bytes + message->length, bytes, length);
	message->length += length;
}

/* Up to three changes of what lies from `start` on: an octet, a bit, a number that lengths and pointers dread, an end
 * or some octets twice. */
static void change(struct message *message, size_t start, uint64_t *state)
{
	static const unsigned char dreaded[] = {0, 1, 63, 64, 191, 192, 255};

	for (size_t changes = 1 + below(state, 3); changes > 0 && message->length > start; changes--) {
		size_t place = start + below(state, message->length - start), copied;

		switch (below(state, 6)) {
		case 0:
			message->bytes[place] = (unsigned char)next(state);
			break;
		case 1:
			message->bytes[place] ^= (unsigned char)(1 << below(state, 8));
			break;
		case 2:
		case 3:
			message->bytes[place] = dreaded[below(state, sizeof(dreaded))];
			break;
		case 4:
			message->length = place;
			break;
		default:
			copied = message->length - place < 20 ? message->length - place : 20;
			if (message->length + copied > MESSAGE_LIMIT)
				break;
			memmove(message->bytes + place + copied, message->bytes + place, message->length - place);
			message->length += copied;
		}
	}
}

static uint16_t word(const struct message *message, size_t place)
{
	return (uint16_t)(message->bytes[place] << 8 | message->bytes[place + 1]);
}

/* Reads the header and one question, RFC 1035 section 4; false where this is nothing of the kind. */
static bool read_question(const struct message *message, bool is_answer, struct question *question)
{
	size_t place = HEADER_LENGTH;

	if (message->length < HEADER_LENGTH || (message->bytes[2] & 0xF8) != (is_answer ? 0x80 : 0) ||
	    word(message, 4) != 1)
		return false;
	memset(question, 0, sizeof(*question));
	for (;;) {
		if (place >= message->length)
			return false;
		size_t label = message->bytes[place];
		if (label == 0)
			break;
		if (label > LABEL_OCTETS || place + 1 + label > message->length ||
		    question->length + 1 + label >= NAME_OCTETS)
			return false;
		question->name[question->length++] = (unsigned char)label;
		for (size_t i = 1; i <= label; i++)
			question->name[question->length++] = (unsigned char)tolower(message->bytes[place + i]);
		place += 1 + label;
	}
	if (place + 5 > message->length)
		return false;
	question->id = word(message, 0);
	question->type = word(message, place + 1);
	question->class = word(message, place + 3);
	return true;
}

static struct sockaddr_in parse_address(const char *text)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
		errx(64, "no IPv4 address: %s", text);
	return address;
}

/* -------------------------------------------------------------------- asking */

static void append_label(struct message *message, size_t length, char first)
{
	unsigned char label[1 + LABEL_OCTETS] = {(unsigned char)length};

	memset(label + 1, first, length);
	append(message, label, 1 + length);
}

static struct message ask(uint64_t *state)
{
	static const unsigned char types[] = {1, 28, 65, 64, 16};
	struct message message = {.bytes = {0, 0, 1, 0, 0, 1}, .length = HEADER_LENGTH};
	unsigned char end[] = {0, 0, types[below(state, sizeof(types))], 0, 1};

	message.bytes[1] = (unsigned char)below(state, 4);
	switch (below(state, 4)) {
	case 0:
		append(&message, "\3API\7example\3com", 16);
		break;
	case 1:
		append(&message, "\4host", 5);
		break;
	case 2:
		for (char letter = 'a'; letter < 'd'; letter++)
			append_label(&message, LABEL_OCTETS, letter);
		append_label(&message, 61, 'd');
		break;
	default:
		append(&message, "\1a\1b\1c\4test", 11);
	}
	append(&message, end, sizeof(end));
	change(&message, 0, state);
	if (message.length == 0)
		append(&message, "", 1);
	return message;
}

static void ask_all(const struct sockaddr_in *server, uint64_t seed, unsigned long count)
{
	unsigned long questions = 0, fitting = 0;
	struct timeval patience = {.tv_sec = 10};
	uint64_t state = seed;
	double start = seconds();

	for (unsigned long i = 0; i < count; i++) {
		struct message message = ask(&state);
		struct question asked, answered;
		int client = CHECK(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
		bool is_question = read_question(&message, false, &asked);

		CHECK(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
		CHECK(connect(client, (const struct sockaddr *)server, sizeof(*server)));
		CHECK(send(client, message.bytes, message.length, 0));
		message.length = (size_t)CHECK(recv(client, message.bytes, sizeof(message.bytes), 0));
		close(client);
		questions += is_question;
		if (is_question && read_question(&message, true, &answered))
			fitting += memcmp(&asked, &answered, sizeof(asked)) == 0;
	}
	printf("{\"workload\":\"dns-noise\",\"sent\":%lu,\"questions\":%lu,\"fitting\":%lu,\"seconds\":%.6f}\n", count,
	       questions, fitting, seconds() - start);
}

/* ----------------------------------------------------------------- answering */

static void append_record(struct message *message, unsigned char type, const void *data, size_t length)
{
	/* A pointer to the question's name, a type, class IN, a minute, a length. */
	unsigned char fixed[] = {0xC0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, (unsigned char)length};

	append(message, fixed, sizeof(fixed));
	append(message, data, length);
}

static void answer(struct message *message, uint64_t *state)
{
	static const unsigned char ipv4[] = {203, 0, 113, 9}, ipv6[] = {0x20, 1, 0x0D, 0xB8, [15] = 9};
	static const unsigned char alias[] = {4, 'e', 'd', 'g', 'e', 0xC0, 12};
	/* Priority 1, the owner itself; alpn, ipv4hint and ipv6hint. */
	static const unsigned char service[] = {0, 1, 0, 0,   1,    0,	 3,    2,    'h',     '2', 0,
						4, 0, 8, 198, 51,   100, 1,    198,  51,      100, 2,
						0, 6, 0, 16,  0x20, 1,	 0x0D, 0xB8, [41] = 2};
	size_t question = message->length;
	unsigned char records = (unsigned char)(1 + below(state, 3));

	if (message->length >= HEADER_LENGTH) {
		message->bytes[2] = 0x81;
		message->bytes[3] = 0x80;
		memset(message->bytes + 6, 0, 6);
		message->bytes[7] = records;
	}
	for (unsigned char i = 0; i < records; i++) {
		switch (below(state, 4)) {
		case 0:
			append_record(message, 1, ipv4, sizeof(ipv4));
			break;
		case 1:
			append_record(message, 28, ipv6, sizeof(ipv6));
			break;
		case 2:
			append_record(message, 5, alias, sizeof(alias));
			break;
		default:
			append_record(message, below(state, 2) ? 65 : 64, service, sizeof(service));
		}
	}
	/* Mostly behind the question: what does not fit is not read to its end. */
	change(message, below(state, 4) != 0 ? question : 0, state);
	if (message->length == 0)
		append(message, "", 1);
}

static void serve(const struct sockaddr_in *address)
{
	int server = CHECK(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	uint64_t state = 0;

	CHECK(bind(server, (const struct sockaddr *)address, sizeof(*address)));
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		struct message message;
		struct sockaddr_in asker;
		socklen_t length = sizeof(asker);

		/* Room for records is left. */
		message.length = (size_t)CHECK(
		    recvfrom(server, message.bytes, MESSAGE_LIMIT / 2, 0, (struct sockaddr *)&asker, &length));
		answer(&message, &state);
		CHECK(sendto(server, message.bytes, message.length, 0, (struct sockaddr *)&asker, length));
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "serve") == 0) {
		struct sockaddr_in address = parse_address(argv[2]);
		serve(&address);
	} else if (argc == 5 && strcmp(argv[1], "ask") == 0) {
		struct sockaddr_in address = parse_address(argv[2]);
		ask_all(&address, number(argv[3]), number(argv[4]));
	} else {
		errx(64, "usage: dns-noise serve ADDRESS | dns-noise ask ADDRESS SEED N");
	}
	return 0;
}
