/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Packets whose contents are looked at: where their payload is, and a place to look at it. */
#ifndef PROCESS_TRACER_PAYLOAD_H
#define PROCESS_TRACER_PAYLOAD_H

#include "dns_message.h"

#define WORK_PLACES 64
#define WORK_TRIES 4

/*
 * Not per CPU: a program of a cgroup can be preempted in the middle, and
 * interrupted by the same program for a packet that comes in.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WORK_PLACES);
	__type(key, __u32);
	__type(value, struct payload_work);
} payload_works SEC(".maps");

/* Functions that are verified by themselves get a place by its index: Linux 6.1 takes no memory of theirs for a key. */
static __always_inline struct payload_work *work_at(__u32 place)
{
	return bpf_map_lookup_elem(&payload_works, &place);
}

/* The index of a place that nobody uses, and that is taken now; -1: there is none. */
__noinline int free_place(void)
{
	__u32 start = bpf_get_smp_processor_id() * WORK_TRIES;
	for (int i = 0; i < WORK_TRIES; i++) {
		__u32 index = (start + i) & (WORK_PLACES - 1);
		struct payload_work *work = work_at(index);
		if (work && !__sync_val_compare_and_swap(&work->busy, 0, 1)) {
			work->place = index;
			return index;
		}
	}
	return -1;
}

static __always_inline void give_back(struct payload_work *work)
{
	__sync_val_compare_and_swap(&work->busy, 1, 0);
}

/* Where a packet goes, or where it comes from. */
static __always_inline bool read_address(struct __sk_buff *packet, __u8 address[16], bool destination)
{
	__u8 first;
	if (bpf_skb_load_bytes(packet, 0, &first, sizeof first))
		return false;
	if (first >> 4 != 4)
		return !bpf_skb_load_bytes(packet, destination ? 24 : 8, address, 16);
	__u32 ipv4;
	if (bpf_skb_load_bytes(packet, destination ? 16 : 12, &ipv4, sizeof ipv4))
		return false;
	map_ipv4(address, ipv4);
	return true;
}

/*
 * The index of a place with the socket of a packet and its other end; -1: not
 * ours, or none is free, which is counted. A function of its own, so that the
 * ways through it are not checked again with all that follows.
 */
__noinline int take_place(struct __sk_buff *packet, __u32 is_out)
{
	struct bpf_sock *socket = packet->sk ? bpf_sk_fullsock(packet->sk) : NULL;
	struct socket_state *state = socket ? packet_socket(packet, socket) : NULL;
	if (!state)
		return -1;
	int place = free_place();
	struct payload_work *work = place < 0 ? NULL : work_at(place);
	if (!work) {
		count(&counters.messages_unparsed);
		return -1;
	}
	copy(&work->socket, state, sizeof work->socket);
	work->event.socket = state->cookie;
	work->event.attempt_time = state->attempt_time;
	work->event.network_namespace = state->network_namespace;
	work->event.port = is_out ? bpf_ntohs(socket->dst_port) : 0;
	if (!read_address(packet, work->event.address, is_out)) {
		give_back(work);
		return -1;
	}
	return place;
}

static __always_inline struct payload_work *take_work(struct __sk_buff *packet, bool is_out)
{
	int place = take_place(packet, is_out);
	return place < 0 ? NULL : work_at(place);
}

/* Copies what a packet holds from `offset` on, as far as there is room; false where that is nothing. */
static __always_inline bool load_payload(struct __sk_buff *packet, struct payload_work *work, __u32 offset)
{
	__u32 end = packet->len;
	if (end <= offset)
		return false;
	__u64 length = end - offset;
	work->event.full_length = length;
	if (length > PAYLOAD_LIMIT)
		length = PAYLOAD_LIMIT;
	/* So written that Linux 6.1 sees that the length is neither zero nor too long. */
	length--;
	asm volatile("" : "+r"(length));
	length &= PAYLOAD_MASK;
	work->length = length + 1;
	return !bpf_skb_load_bytes(packet, offset, work->payload, length + 1);
}

static __always_inline void emit_payload(__u32 kind, struct payload_work *work)
{
	__u64 length = work->length;
	work->event.header.kind = kind;
	work->event.payload_length = length;
	asm volatile("" : "+r"(length));
	if (length > PAYLOAD_LIMIT)
		return;
	emit(kind, &work->event, sizeof work->event + length, wake_flags());
}

/* A TCP segment: where its payload begins, its sequence number, and the one that it acknowledges. */
struct segment {
	__u32 offset;
	__u32 sequence;
	__u32 acknowledged;
};

static __always_inline bool read_segment(struct __sk_buff *packet, struct segment *segment)
{
	__u8 first, next = PROTOCOL_TCP, data_offset;
	if (bpf_skb_load_bytes(packet, 0, &first, sizeof first))
		return false;
	__u32 header = first >> 4 == 4 ? (first & 0xF) * 4 : IPV6_HEADER_LENGTH;
	if (first >> 4 != 4 && (bpf_skb_load_bytes(packet, 6, &next, sizeof next) || next != PROTOCOL_TCP))
		return false;
	__be32 numbers[2];
	if (bpf_skb_load_bytes(packet, header + 4, numbers, sizeof numbers) ||
	    bpf_skb_load_bytes(packet, header + 12, &data_offset, sizeof data_offset))
		return false;
	segment->offset = header + (data_offset >> 4) * 4;
	segment->sequence = bpf_ntohl(numbers[0]);
	segment->acknowledged = bpf_ntohl(numbers[1]);
	return true;
}

#endif
