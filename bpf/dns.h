/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* DNS as the session speaks it, over UDP and TCP: questions that leave, answers that come in. */
#ifndef PROCESS_TRACER_DNS_H
#define PROCESS_TRACER_DNS_H

#include "names.h"
#include "payload.h"

/* ----------------------------------------------------------------- messages */

static __always_inline void question_key_of(struct payload_work *work)
{
	struct question_key *key = &work->question;
	key->socket = work->socket.cookie;
	key->name_hash = work->reader.name_hash;
	__builtin_memcpy(key->server, work->event.address, sizeof key->server);
	key->id = work->reader.id;
	key->type = work->reader.type;
	key->class = work->reader.class;
	key->protocol = work->event.protocol;
}

static __always_inline void lookup_key_of(struct payload_work *work, const struct process_key *process, __u32 test)
{
	struct lookup_key *key = &work->lookup;
	key->process = *process;
	__builtin_memcpy(key->resolver, work->event.address, sizeof key->resolver);
	key->network_namespace = work->socket.network_namespace;
	key->test = test;
	key->type = work->reader.type;
	copy(key->name, work->name.name, sizeof key->name);
}

/* A question leaves: it is open until its answer comes, and counted for ever. */
__noinline int on_question(__u32 place)
{
	struct payload_work *work = work_at(place);
	if (!work)
		return 0;
	if (!read_question(work, false)) {
		count(&counters.messages_unparsed);
		return 0;
	}
	struct socket_state *socket = &work->socket;
	question_key_of(work);
	work->asker.process = socket->owner;
	work->asker.thread = socket->thread;
	work->asker.test = socket->test;
	if (bpf_map_update_elem(&questions, &work->question, &work->asker, BPF_ANY))
		count(&counters.questions_refused);
	lookup_key_of(work, &socket->owner, socket->test);
	__u64 now = bpf_ktime_get_boot_ns();
	struct lookup_value *known = bpf_map_lookup_elem(&lookups, &work->lookup);
	if (!known) {
		struct lookup_value *first = &work->lookup_value;
		first->first_time = now;
		first->last_time = now;
		first->asked = 0;
		first->answered = 0;
		first->image = socket->image;
		__builtin_memcpy(first->comm, socket->comm, sizeof first->comm);
		bpf_map_update_elem(&lookups, &work->lookup, first, BPF_NOEXIST);
		known = bpf_map_lookup_elem(&lookups, &work->lookup);
	}
	if (!known) {
		count(&counters.names_refused);
		return 0;
	}
	count(&known->asked);
	known->last_time = now;
	return 0;
}

/* An answer comes in: what it teaches is in place before the program can read it. */
__noinline int on_answer(__u32 place, __u32 is_from_machine)
{
	struct payload_work *work = work_at(place);
	if (!work)
		return 0;
	if (!read_question(work, true)) {
		count(&counters.messages_unparsed);
		return 0;
	}
	struct event_payload *event = &work->event;
	question_key_of(work);
	event->flags = doubts(&work->socket, event->address, is_from_machine);
	event->header.process = work->socket.owner;
	event->header.thread = 0;
	event->test = work->socket.test;
	struct question *asked = bpf_map_lookup_elem(&questions, &work->question);
	if (asked) {
		event->header.process = asked->process;
		event->header.thread = asked->thread;
		event->test = asked->test;
		lookup_key_of(work, &asked->process, asked->test);
		struct lookup_value *lookup = bpf_map_lookup_elem(&lookups, &work->lookup);
		if (lookup)
			count(&lookup->answered);
		bpf_map_delete_elem(&questions, &work->question);
	} else {
		event->flags |= ANSWER_UNASKED;
	}
	event->header.time = bpf_ktime_get_boot_ns();
	if (!(event->flags & ANSWER_NO_EVIDENCE)) {
		struct name_value *value = &work->name_value;
		value->first_time = event->header.time;
		value->count = 1;
		value->process = event->header.process;
		__builtin_memcpy(value->resolver, event->address, sizeof value->resolver);
		value->test = event->test;
		value->protocol = event->protocol;
		if (settings.enforces_hosts)
			find_host_rules(work);
		learn_answer(work);
	}
	emit_payload(EVENT_ANSWER, work);
	return 0;
}

static __always_inline void look_at(struct __sk_buff *packet, struct payload_work *work, bool is_out)
{
	if (is_out)
		on_question(work->place);
	else
		on_answer(work->place, packet->ifindex == LOOPBACK_IFINDEX);
}

/* A socket of the session sends from port 53: to whoever asks, that address is no nameserver any more. */
__noinline int note_member_sender(struct __sk_buff *packet, __u32 network_namespace)
{
	__u8 address[16] = {};
	if (read_address(packet, address, false))
		note_member_server(address, network_namespace);
	return 0;
}

/* --------------------------------------------------------------------- UDP */

/* A datagram to or from port 53; `offset` is where its payload begins. */
static __always_inline int on_dns_datagram(struct __sk_buff *packet, __u32 offset, bool is_out)
{
	struct payload_work *work = take_work(packet, is_out);
	if (!work)
		return 0;
	work->event.protocol = PROTOCOL_UDP;
	if (load_payload(packet, work, offset))
		look_at(packet, work, is_out);
	else
		count(&counters.messages_unparsed);
	give_back(work);
	return 0;
}

__noinline int on_dns_datagram_out(struct __sk_buff *packet, __u32 offset)
{
	return on_dns_datagram(packet, offset, true);
}

__noinline int on_dns_datagram_in(struct __sk_buff *packet, __u32 offset)
{
	return on_dns_datagram(packet, offset, false);
}

/* --------------------------------------------------------------------- TCP */
/* Messages have a length of two octets before them, RFC 1035 section 4.2.2, wherever segments begin and end. */

#define STREAM_CHUNK 256
#define STREAM_STEPS 300 /* of one segment: 64 KiB in chunks, and lengths */
#define SEGMENT_MESSAGES 32

struct dns_half {
	__u32 next; /* sequence number of the next byte */
	__u32 wanted;
	__u32 filled; /* of the length and the message */
	__u32 is_complete;
	__u32 offset; /* in the segment that is read */
	__u32 end;
	__u8 bytes[PAYLOAD_LIMIT + STREAM_CHUNK];
};

struct dns_stream {
	__u32 busy;
	__u32 is_broken; /* a segment came out of order, or two at once: what follows cannot be told apart */
	struct dns_half out;
	struct dns_half in;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct dns_stream);
} dns_streams SEC(".maps");

struct half_context {
	struct __sk_buff *packet;
	struct dns_half *half;
};

static long read_stream(__u32 index, struct half_context *context)
{
	struct dns_half *half = context->half;
	__u32 offset = half->offset;
	if (offset >= half->end)
		return 1;
	if (half->filled < 2) {
		__u8 octet;
		if (bpf_skb_load_bytes(context->packet, offset, &octet, sizeof octet))
			return 1;
		half->wanted = half->wanted << 8 | octet;
		half->filled++;
		half->offset = offset + 1;
		if (half->filled == 2 && !half->wanted)
			half->filled = 0;
		return 0;
	}
	__u32 position = half->filled - 2;
	__u64 size = half->wanted - position;
	if (size > half->end - offset)
		size = half->end - offset;
	if (size > STREAM_CHUNK)
		size = STREAM_CHUNK;
	if (position < PAYLOAD_LIMIT) {
		size--;
		asm volatile("" : "+r"(size));
		size &= STREAM_CHUNK - 1;
		size++;
		if (bpf_skb_load_bytes(context->packet, offset, half->bytes + (position & PAYLOAD_MASK), size))
			return 1;
	}
	half->filled += size;
	half->offset = offset + size;
	half->is_complete = half->filled - 2 == half->wanted;
	return half->is_complete;
}

/* Reads on to the end of the next message and looks at it; ends with the segment. */
static __always_inline long on_stream_message(struct __sk_buff *packet, struct dns_half *half, bool is_out)
{
	struct half_context context = {.packet = packet, .half = half};
	half->is_complete = 0;
	bpf_loop(STREAM_STEPS, read_stream, &context, 0);
	if (!half->is_complete)
		return 1;
	struct payload_work *work = take_work(packet, is_out);
	if (work) {
		work->event.protocol = PROTOCOL_TCP;
		work->event.full_length = half->wanted;
		__u64 length = half->wanted < PAYLOAD_LIMIT ? half->wanted : PAYLOAD_LIMIT;
		length--;
		asm volatile("" : "+r"(length));
		length &= PAYLOAD_MASK;
		work->length = length + 1;
		bpf_probe_read_kernel(work->payload, length + 1, half->bytes);
		look_at(packet, work, is_out);
		give_back(work);
	}
	half->filled = 0;
	half->wanted = 0;
	return 0;
}

static long on_stream_question(__u32 index, struct half_context *context)
{
	return on_stream_message(context->packet, context->half, true);
}

static long on_stream_answer(__u32 index, struct half_context *context)
{
	return on_stream_message(context->packet, context->half, false);
}

/* A segment to or from port 53. */
static __always_inline int on_dns_segment(struct __sk_buff *packet, bool is_out)
{
	struct bpf_sock *socket = packet->sk ? bpf_sk_fullsock(packet->sk) : NULL;
	struct segment segment = {};
	if (!socket || !read_segment(packet, &segment) || segment.offset >= packet->len)
		return 0;
	struct dns_stream *stream = bpf_sk_storage_get(&dns_streams, socket, 0, 0);
	if (!stream) {
		if (!is_out || !packet_socket(packet, socket))
			return 0; /* the client speaks first */
		stream = bpf_sk_storage_get(&dns_streams, socket, 0, BPF_SK_STORAGE_GET_F_CREATE);
		if (!stream) {
			count(&counters.sockets_refused);
			return 0;
		}
		stream->out.next = segment.sequence;
		stream->in.next = segment.acknowledged;
	}
	struct dns_half *half = is_out ? &stream->out : &stream->in;
	__s32 behind = half->next - segment.sequence;
	__u32 length = packet->len - segment.offset;
	if (stream->is_broken || (behind > 0 && (__u32)behind >= length))
		return 0; /* retransmitted */
	if (behind < 0 || __sync_val_compare_and_swap(&stream->busy, 0, 1)) {
		stream->is_broken = 1;
		count(&counters.messages_unparsed);
		return 0;
	}
	half->offset = segment.offset + behind;
	half->end = packet->len;
	half->next = segment.sequence + length;
	struct half_context context = {.packet = packet, .half = half};
	bpf_loop(SEGMENT_MESSAGES, is_out ? on_stream_question : on_stream_answer, &context, 0);
	if (half->offset < half->end) {
		stream->is_broken = 1;
		count(&counters.messages_unparsed);
	}
	__sync_val_compare_and_swap(&stream->busy, 1, 0);
	return 0;
}

__noinline int on_dns_segment_out(struct __sk_buff *packet)
{
	return on_dns_segment(packet, true);
}

__noinline int on_dns_segment_in(struct __sk_buff *packet)
{
	return on_dns_segment(packet, false);
}

#endif
