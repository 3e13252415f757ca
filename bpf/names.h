/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Names of addresses, learnt from DNS answers before the data reaches the
 * program that asked. An answer teaches only where it fits an open question of
 * the session, comes from a nameserver of before the run that no process of
 * the session stands in for, and in the network namespace of the command:
 * elsewhere whoever made the namespace could be that address.
 */
#ifndef PROCESS_TRACER_NAMES_H
#define PROCESS_TRACER_NAMES_H

#include "dns_message.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct name_key);
	__type(value, struct name_value);
} names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lookup_key);
	__type(value, struct lookup_value);
} lookups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct question_key);
	__type(value, struct question);
} questions SEC(".maps");

struct address_key {
	__u8 bytes[16];
};

/* resolv.conf's before the run; the loader fills it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct address_key);
	__type(value, __u8);
} nameservers SEC(".maps");

/* Addresses at whose port 53 processes of the session serve; all zero: at any of this machine's. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct address_key);
	__type(value, __u8);
} member_servers SEC(".maps");

/* ---------------------------------------------------- servers of the session */

/* A process of the session bound port 53, or sent from it: what comes from there teaches nothing from now on. */
static __always_inline void note_member_server(const __u8 address[16], __u32 network_namespace)
{
	if (network_namespace != settings.network_namespace)
		return;
	struct address_key key = {};
	__builtin_memcpy(key.bytes, address, sizeof key.bytes);
	__u64 *words = (__u64 *)key.bytes;
	if (!words[0] && words[1] == bpf_cpu_to_be64(0xFFFF00000000ULL))
		words[1] = 0; /* 0.0.0.0 */
	__u8 value = 1;
	if (bpf_map_update_elem(&member_servers, &key, &value, BPF_ANY))
		count(&counters.resolvers_refused);
}

/* ANSWER_* of an answer that came from a server on `socket`, beside ANSWER_UNASKED. */
static __always_inline __u32 doubts(const struct socket_state *socket, const __u8 server[16], bool is_from_machine)
{
	struct address_key key = {};
	__builtin_memcpy(key.bytes, server, sizeof key.bytes);
	__u32 flags = 0;
	if (socket->network_namespace != settings.network_namespace)
		flags |= ANSWER_OTHER_NAMESPACE;
	if (!bpf_map_lookup_elem(&nameservers, &key))
		flags |= ANSWER_OTHER_SERVER;
	bool is_member = bpf_map_lookup_elem(&member_servers, &key) != NULL;
	__builtin_memset(&key, 0, sizeof key);
	if (is_from_machine)
		is_member = is_member || bpf_map_lookup_elem(&member_servers, &key);
	if (is_member || counters.resolvers_refused)
		flags |= ANSWER_MEMBER_SERVER;
	return flags;
}

/* ------------------------------------------------------------------ learning */

/*
 * The one place where an address gets a name: `work->name` has the question's
 * name and this address, `work->name_value` who asked whom. Runs before the
 * answer reaches the socket.
 */
__noinline int learn(__u32 place)
{
	struct payload_work *work = work_at(place);
	if (!work)
		return 0;
	struct name_value *known = bpf_map_lookup_elem(&names, &work->name);
	long result = 0;
	if (known)
		count(&known->count);
	else
		result = bpf_map_update_elem(&names, &work->name, &work->name_value, BPF_NOEXIST);
	bool is_known = !result || result == -17; /* EEXIST */
	/* Of a known name too: who learnt it may be on another processor, and not have come to this yet. */
	if (is_known && settings.enforces_hosts && work->host_rules)
		is_known = admit(work->name.address, work->host_rules);
	if (!is_known)
		count(&counters.names_refused);
	return 0;
}

/* An address at a place of the message; the next READ_* step begins behind it. */
static __always_inline void learn_at(struct payload_work *work, __u32 position, __u32 size)
{
	position &= PAYLOAD_MASK;
	__u32 *words = (__u32 *)work->name.address;
	const __u8 *bytes = work->payload + position;
	if (size == 4) {
		words[0] = 0;
		words[1] = 0;
		words[2] = bpf_htonl(0xFFFF);
		__builtin_memcpy(work->name.address + 12, bytes, 4);
	} else {
		__builtin_memcpy(work->name.address, bytes, 16);
	}
	learn(work->place);
}

static __always_inline void next_record(struct dns_reader *reader)
{
	reader->position = reader->record_end;
	reader->stage = READ_RECORD;
	reader->records--;
}

/* One label of the owner, or the whole of a record that has no hints. */
static __always_inline long read_record(struct payload_work *work, struct dns_reader *reader)
{
	__u32 position = reader->position;
	__u8 first = work->payload[position & PAYLOAD_MASK];
	if (first && first <= DNS_LABEL_LIMIT) {
		reader->position = position + first + 1;
		return 0;
	}
	position += first ? 2 : 1; /* a pointer ends a name, RFC 1035 section 4.1.4 */
	if ((first && first < 0xC0) || position + 10 > work->length)
		goto bad;
	__u16 type = message_word(work, position);
	__u16 class = message_word(work, position + 2);
	__u32 size = message_word(work, position + 8);
	position += 10;
	reader->record_end = position + size;
	if (reader->record_end > work->length)
		goto bad;
	if (class == DNS_CLASS_IN && (type == DNS_TYPE_HTTPS || type == DNS_TYPE_SVCB) && size > 2) {
		reader->position = position + 2;
		reader->stage = READ_TARGET;
		return 0;
	}
	bool is_ipv4 = type == DNS_TYPE_A && size == 4;
	if (class == DNS_CLASS_IN && (is_ipv4 || (type == DNS_TYPE_AAAA && size == 16)))
		learn_at(work, position, size);
	next_record(reader);
	return 0;
bad:
	reader->is_bad = 1;
	return 1;
}

/* One step through a service binding (RFC 9460 section 2.2): its target, its parameters, the addresses of a hint. */
static __always_inline void read_binding(struct payload_work *work, struct dns_reader *reader)
{
	__u32 position = reader->position;
	if (reader->stage == READ_HINT) {
		if (position + reader->hint_size > reader->hint_end) {
			reader->position = reader->hint_end;
			reader->stage = READ_PARAMETER;
			return;
		}
		learn_at(work, position, reader->hint_size);
		reader->position = position + reader->hint_size;
		return;
	}
	if (reader->stage == READ_TARGET) {
		__u8 first = work->payload[position & PAYLOAD_MASK];
		if (position >= reader->record_end || first > DNS_LABEL_LIMIT) {
			next_record(reader);
			return;
		}
		reader->position = position + first + 1;
		if (!first)
			reader->stage = READ_PARAMETER;
		return;
	}
	__u16 key = message_word(work, position);
	reader->hint_end = position + 4 + message_word(work, position + 2);
	if (position + 4 > reader->record_end || reader->hint_end > reader->record_end) {
		next_record(reader);
		return;
	}
	reader->position = position + 4;
	reader->stage = READ_HINT;
	/* What is no hint is passed over as one without an address. */
	reader->hint_size = key == SVCB_IPV4_HINT ? 4 : key == SVCB_IPV6_HINT ? 16 : 255;
	if (reader->hint_size == 255) {
		reader->position = reader->hint_end;
		reader->stage = READ_PARAMETER;
	}
}

static long read_answer_step(__u32 index, struct work_context *context)
{
	struct payload_work *work = context->work;
	struct dns_reader *reader = &work->reader;
	if (!reader->records)
		return 1;
	if (reader->stage != READ_RECORD) {
		read_binding(work, reader);
		return 0;
	}
	if (reader->position >= work->length) {
		reader->is_bad = 1;
		return 1;
	}
	return read_record(work, reader);
}

/* Learns every address in the answer section. */
static __always_inline void learn_answer(struct payload_work *work)
{
	struct work_context context = {.work = work};
	bpf_loop(DNS_STEPS, read_answer_step, &context, 0);
	if (work->reader.is_bad || work->reader.records)
		count(&counters.messages_unparsed);
}

#endif
