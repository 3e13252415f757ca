/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * DNS messages (RFC 1035 section 4), read step by step: a question's name, and
 * the addresses in an answer. What loops remember lives in a map value, since
 * the verifier unrolls a loop whose stack changes.
 */
#ifndef PROCESS_TRACER_DNS_MESSAGE_H
#define PROCESS_TRACER_DNS_MESSAGE_H

#include "flows.h"
#include "host_rules.h"

#define DNS_HEADER_LENGTH 12
#define DNS_NAME_OCTETS 254 /* without the root label */
#define DNS_LABEL_LIMIT 63
#define DNS_STEPS 2048 /* of one answer: a record, a label of its owner or an address of a hint each */
#define DNS_TYPE_A 1
#define DNS_TYPE_AAAA 28
#define DNS_TYPE_SVCB 64
#define DNS_TYPE_HTTPS 65
#define DNS_CLASS_IN 1
#define SVCB_IPV4_HINT 4 /* RFC 9460 section 14.3.2 */
#define SVCB_IPV6_HINT 6
#define PAYLOAD_MASK (PAYLOAD_LIMIT - 1)
#define PAYLOAD_SLACK 256 /* the longest single access behind a masked position */

/* Where the reading of a message is. */
struct dns_reader {
	__u64 name_hash;
	__u32 position;
	__u32 label;	   /* octets of the label that are still to come */
	__u32 name_length; /* octets in `name` */
	__u32 records;	   /* answers that are still to come */
	__u32 record_end;
	__u32 hint_end;
	__u8 stage; /* READ_* */
	__u8 is_done;
	__u8 is_bad;
	__u8 hint_size;
	__u16 id;
	__u16 type;
	__u16 class;
	__u16 reserved;
};
#define READ_RECORD 0
#define READ_TARGET 1 /* the name in a service binding */
#define READ_PARAMETER 2
#define READ_HINT 3

/* An open question: what an answer has to fit. */
struct question_key {
	__u64 socket;
	__u64 name_hash;
	__u8 server[16];
	__u16 id;
	__u16 type;
	__u16 class;
	__u16 protocol;
};

struct question {
	struct process_key process;
	__u32 thread;
	__u32 test;
};

/* Everything about one message that is looked at: one of a few, taken and given back. */
struct payload_work {
	__u32 busy;
	__u32 place;  /* its index */
	__u32 length; /* bytes in `payload` */
	__u32 reserved;
	struct dns_reader reader;
	struct socket_state socket;
	struct question_key question;
	struct question asker;
	struct lookup_key lookup;
	struct lookup_value lookup_value;
	struct name_key name; /* the question's name, and an address of the answer */
	struct name_value name_value;
	struct host_key host;
	__u32 host_rules; /* that hold for the question's name, 0: none */
	__u32 host_reserved;
	struct event_payload event;
	__u8 payload[PAYLOAD_LIMIT + PAYLOAD_SLACK];
};

struct work_context {
	struct payload_work *work;
};

static __always_inline __u16 message_word(struct payload_work *work, __u32 position)
{
	position &= PAYLOAD_MASK;
	return work->payload[position] << 8 | work->payload[position + 1];
}

static long read_name_octet(__u32 index, struct work_context *context)
{
	struct payload_work *work = context->work;
	struct dns_reader *reader = &work->reader;
	if (reader->position >= work->length) {
		reader->is_bad = 1;
		return 1;
	}
	__u8 octet = work->payload[reader->position & PAYLOAD_MASK];
	reader->position++;
	if (!reader->label) {
		if (!octet) {
			reader->is_done = 1;
			return 1;
		}
		if (octet > DNS_LABEL_LIMIT) {
			reader->is_bad = 1;
			return 1;
		}
		reader->label = octet;
	} else {
		reader->label--;
		if (octet >= 'A' && octet <= 'Z')
			octet |= 0x20;
	}
	if (reader->name_length >= DNS_NAME_OCTETS) {
		reader->is_bad = 1;
		return 1;
	}
	work->name.name[reader->name_length & (DNS_NAME_LIMIT - 1)] = octet;
	reader->name_length++;
	reader->name_hash = (reader->name_hash ^ octet) * 0x100000001B3ULL;
	return 0;
}

/*
 * Reads the header and the one question of a message, whose response bit is
 * `is_answer`. False where it is no such message.
 */
static __always_inline bool read_question(struct payload_work *work, bool is_answer)
{
	struct dns_reader *reader = &work->reader;
	__builtin_memset(reader, 0, sizeof *reader);
	__builtin_memset(&work->name, 0, sizeof work->name);
	__u8 flags = work->payload[2];
	if (work->length < DNS_HEADER_LENGTH || (flags & 0xF8) != (is_answer ? 0x80 : 0) || message_word(work, 4) != 1)
		return false;
	reader->id = message_word(work, 0);
	reader->records = message_word(work, 6);
	reader->position = DNS_HEADER_LENGTH;
	reader->name_hash = settings.path_hash_seed;
	struct work_context context = {.work = work};
	bpf_loop(DNS_NAME_LIMIT, read_name_octet, &context, 0);
	if (!reader->is_done || reader->is_bad || reader->position + 4 > work->length)
		return false;
	reader->type = message_word(work, reader->position);
	reader->class = message_word(work, reader->position + 2);
	reader->position += 4;
	return true;
}

/* One octet of the question's name to its place in the turned one; a label's length is known as in read_name_octet. */
static long turn_octet(__u32 index, struct work_context *context)
{
	struct payload_work *work = context->work;
	struct dns_reader *reader = &work->reader;
	if (index >= reader->name_length)
		return 1;
	__u8 octet = work->name.name[index & (DNS_NAME_LIMIT - 1)];
	bool is_length = !reader->label;
	if (!is_length && !octet) {
		reader->label = 0;
		work->host.prefix_length = 0;
		return 1;
	}
	reader->label = is_length ? octet : reader->label - 1;
	work->host.name[(reader->name_length - 1 - index) & (DNS_NAME_LIMIT - 1)] = is_length ? 0 : octet;
	return 0;
}

/* Finds the rules for the name in the question that was read. */
static __always_inline void find_host_rules(struct payload_work *work)
{
	struct work_context context = {.work = work};
	work->host.prefix_length = work->reader.name_length * 8;
	bpf_loop(DNS_NAME_LIMIT, turn_octet, &context, 0);
	work->host_rules = rules_of_host(&work->host);
}

#endif
