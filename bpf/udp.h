/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Datagrams: sendto, sendmsg and sendmmsg with an address are attempts, seen
 * in the caller; what leaves, connected or not, is counted at IP output. A
 * thousand datagrams to one destination are one flow and one record.
 */
#ifndef PROCESS_TRACER_UDP_H
#define PROCESS_TRACER_UDP_H

#include "flows.h"

static __always_inline void first_datagram(const struct socket_state *state, const struct flow_key *key)
{
	struct event_datagram event = {};
	event.header.kind = EVENT_DATAGRAM;
	event.header.thread = state->thread;
	event.header.time = bpf_ktime_get_boot_ns();
	event.header.process = state->owner;
	event.socket = state->cookie;
	__builtin_memcpy(event.address, key->address, sizeof event.address);
	event.port = key->port;
	event.protocol = key->protocol;
	event.network_namespace = state->network_namespace;
	event.test = state->test;
	emit(EVENT_DATAGRAM, &event, sizeof event, wake_flags());
}

static __always_inline int on_send(struct bpf_sock_addr *context, const __u8 peer[16])
{
	if (!context->sk)
		return ALLOW;
	struct socket_state *state = socket_in_use(context->sk);
	if (!state)
		return ALLOW;
	state->protocol = context->protocol;
	if (!state->cookie)
		state->cookie = bpf_get_socket_cookie(context);
	struct flow_key key = {};
	flow_key_of(&key, state);
	__builtin_memcpy(key.address, peer, sizeof key.address);
	key.port = bpf_ntohs(context->user_port);
	bool is_new;
	struct flow_value *value = flow(&key, state, &is_new);
	if (!value)
		return ALLOW;
	count(&value->attempts);
	value->last_time = bpf_ktime_get_boot_ns();
	if (is_new)
		first_datagram(state, &key);
	return ALLOW;
}

SEC("cgroup/sendmsg4")
int on_sendmsg4(struct bpf_sock_addr *context)
{
	__u8 peer[16] __attribute__((aligned(8)));
	map_ipv4(peer, context->user_ip4);
	return on_send(context, peer);
}

SEC("cgroup/sendmsg6")
int on_sendmsg6(struct bpf_sock_addr *context)
{
	__u8 peer[16] __attribute__((aligned(8)));
	copy_ipv6(peer, context->user_ip6[0], context->user_ip6[1], context->user_ip6[2], context->user_ip6[3]);
	return on_send(context, peer);
}

/* Reads destination and header length of a datagram; false where the headers are not understood. */
static __always_inline bool read_destination(struct __sk_buff *packet, struct flow_key *key, __u32 *headers)
{
	__u8 first;
	if (bpf_skb_load_bytes(packet, 0, &first, sizeof first))
		return false;
	if (first >> 4 == 4) {
		__u32 address;
		if (bpf_skb_load_bytes(packet, 16, &address, sizeof address))
			return false;
		map_ipv4(key->address, address);
		*headers = (first & 0xF) * 4;
	} else {
		__u8 next;
		if (bpf_skb_load_bytes(packet, 6, &next, sizeof next) || next != key->protocol)
			return false;
		if (bpf_skb_load_bytes(packet, 24, key->address, sizeof key->address))
			return false;
		*headers = IPV6_HEADER_LENGTH;
	}
	__u16 port;
	if (bpf_skb_load_bytes(packet, *headers + 2, &port, sizeof port))
		return false;
	key->port = bpf_ntohs(port);
	*headers += UDP_HEADER_LENGTH;
	return true;
}

SEC("cgroup_skb/egress")
int on_packet_out(struct __sk_buff *packet)
{
	struct bpf_sock *socket = packet->sk ? bpf_sk_fullsock(packet->sk) : NULL;
	if (!socket)
		return ALLOW;
	__u32 protocol = socket->protocol;
	if (protocol != PROTOCOL_UDP && protocol != PROTOCOL_UDP_LITE)
		return ALLOW;
	struct socket_state *state = bpf_sk_storage_get(&sockets, socket, 0, 0);
	if (!state)
		return ALLOW;
	state->protocol = protocol;
	struct flow_key key = {};
	flow_key_of(&key, state);
	__u32 headers = 0;
	if (!read_destination(packet, &key, &headers)) {
		count(&counters.packets_unparsed);
		return ALLOW;
	}
	bool is_new;
	struct flow_value *value = flow(&key, state, &is_new);
	if (!value)
		return ALLOW;
	__u64 datagrams = packet->gso_segs ? packet->gso_segs : 1; /* UDP_SEGMENT: one buffer, many datagrams */
	__sync_fetch_and_add(&value->sent, datagrams);
	if (packet->ifindex == LOOPBACK_IFINDEX)
		__sync_fetch_and_add(&value->local, datagrams);
	__sync_fetch_and_add(&value->bytes_sent, packet->len - headers);
	value->last_time = bpf_ktime_get_boot_ns();
	if (is_new)
		first_datagram(state, &key);
	return ALLOW;
}

#endif
