/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Datagrams, of raw, ping and SCTP sockets as well: sendto, sendmsg and
 * sendmmsg with an address are attempts, seen in the caller; what leaves,
 * connected or not, is counted at IP output, and what comes back at IP input.
 * A thousand datagrams to one destination are one flow and one record.
 */
#ifndef PROCESS_TRACER_UDP_H
#define PROCESS_TRACER_UDP_H

#include "busy_flows.h"
#include "claims.h"
#include "dns.h"
#include "packet.h"

static __always_inline void first_datagram(const struct socket_state *state, const struct flow_key *key)
{
	emit_endpoint(EVENT_DATAGRAM, state, key->address, key->port, key->protocol);
}

static __always_inline int on_datagram(struct bpf_sock_addr *context, const __u8 peer[16])
{
	if (!context->sk)
		return ALLOW;
	__u16 port = bpf_ntohs(context->user_port);
	if (count_busy_attempt(context->sk, peer, port))
		return ALLOW;
	struct socket_state *state = socket_in_use(context->sk, current_member());
	if (!state)
		return ALLOW;
	state->protocol = context->protocol;
	if (!state->cookie)
		state->cookie = bpf_get_socket_cookie(context);
	struct flow_key key = {};
	flow_key_of(&key, state);
	__builtin_memcpy(key.address, peer, sizeof key.address);
	key.port = port;
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
	return on_datagram(context, peer);
}

SEC("cgroup/sendmsg6")
int on_sendmsg6(struct bpf_sock_addr *context)
{
	__u8 peer[16] __attribute__((aligned(8)));
	copy_ipv6(peer, context->user_ip6[0], context->user_ip6[1], context->user_ip6[2], context->user_ip6[3]);
	return on_datagram(context, peer);
}

/*
 * Whether there is nothing to see in a packet, as in most: told from its own header, without asking for its socket. TCP
 * within the machine, but for DNS. A raw socket, which can write any header, has its protocol's number for a port.
 */
static __always_inline bool is_plain_segment(struct __sk_buff *packet)
{
	const __u8 *data = (void *)(long)packet->data;
	const void *end = (void *)(long)packet->data_end;
	if ((const void *)(data + IPV4_HEADER_LENGTH) > end || packet->ifindex != LOOPBACK_IFINDEX)
		return false;
	return data[data[0] >> 4 == 4 ? 9 : 6] == PROTOCOL_TCP && packet->sk->src_port > PROTOCOL_RAW &&
	       packet->sk->dst_port != bpf_htons(DNS_PORT);
}

/* What leaves for a busy flow's destination; 0 where that is the flow table's. Checked apart from what follows. */
__noinline int count_busy_packet_out(struct __sk_buff *packet)
{
	__u32 headers = 0;
	struct bpf_sock *socket = packet->sk;
	struct socket_state *state = socket ? bpf_sk_storage_get(&sockets, socket, 0, 0) : NULL;
	struct busy_flow *busy = state ? busy_flow_out(packet, state, &headers) : NULL;
	if (!busy)
		return 0;
	count_sent(busy, packet, datagrams_in(packet), packet->len - headers);
	note_time(busy);
	return 1;
}

/*
 * What comes in at a socket that sends datagrams: counted to its busy flow, or nobody's, since nothing was sent on it.
 * False where more is to be looked at.
 */
static __always_inline bool count_busy_packet_in(struct __sk_buff *packet, struct socket_state *state)
{
	__u8 address[16] __attribute__((aligned(8)));
	__u16 port = 0;
	__u32 headers = peek_end(packet, address, &port, false);
	if (!headers)
		return false;
	if (!(state->flags & SOCKET_SENT))
		return true;
	struct busy_flow *busy = busy_flow_of(state);
	if (!busy || !is_owned(busy, state) || !goes_to(busy, address, port))
		return false;
	__sync_fetch_and_add(&busy->packets_received, datagrams_in(packet));
	__sync_fetch_and_add(&busy->bytes_received, packet->len - headers);
	return true;
}

/* TCP counts for itself; looked into are DNS, and what a client says first to others than this machine. */
static __always_inline int on_segment(struct __sk_buff *packet, struct bpf_sock *socket, bool is_out)
{
	if (socket->dst_port == bpf_htons(DNS_PORT)) {
		if (is_out)
			on_dns_segment_out(packet);
		else
			on_dns_segment_in(packet);
	} else if (is_out && socket->src_port == DNS_PORT) {
		struct socket_state *state = packet_socket(packet, socket);
		if (state)
			note_member_sender(packet, state->network_namespace);
	} else if (is_out && packet->ifindex != LOOPBACK_IFINDEX) {
		struct socket_state *state = packet_socket(packet, socket);
		if (state && (state->flags & (SOCKET_ATTEMPTED | SOCKET_SPOKE)) == SOCKET_ATTEMPTED)
			on_first_data(packet);
	}
	return ALLOW;
}

/* Whether a server's port 53 sends: a UDP socket's own, or the one that a raw socket writes. */
static __always_inline bool is_from_dns_port(struct __sk_buff *packet, struct bpf_sock *socket, __u32 protocol,
					     const struct packet_end *end)
{
	if (protocol != PROTOCOL_RAW)
		return protocol == PROTOCOL_UDP && socket->src_port == DNS_PORT;
	__be16 port = 0;
	return end->protocol == PROTOCOL_UDP && !bpf_skb_load_bytes(packet, end->headers, &port, sizeof port) &&
	       port == bpf_htons(DNS_PORT);
}

SEC("cgroup_skb/egress")
int on_packet_out(struct __sk_buff *packet)
{
	if (!packet->sk || is_plain_segment(packet) || count_busy_packet_out(packet))
		return ALLOW;
	struct bpf_sock *socket = packet->sk ? bpf_sk_fullsock(packet->sk) : NULL;
	if (!socket)
		return ALLOW;
	__u32 protocol = packet_protocol(socket);
	if (protocol == PROTOCOL_TCP)
		return on_segment(packet, socket, true);
	struct socket_state *state = bpf_sk_storage_get(&sockets, socket, 0, 0);
	if (!state)
		return ALLOW;
	struct packet_end end = {};
	if (!read_end(packet, &end, protocol, true)) {
		count(&counters.packets_unparsed);
		return ALLOW;
	}
	if (protocol == PROTOCOL_UDP && end.port == DNS_PORT)
		on_dns_datagram_out(packet, end.headers);
	if (is_from_dns_port(packet, socket, protocol, &end))
		note_member_sender(packet, state->network_namespace);
	struct flow_key key = {};
	packet_key(&key, state, &end, protocol);
	bool is_new;
	struct flow_value *value = flow(&key, state, &is_new);
	if (!value)
		return ALLOW;
	if (!(state->flags & SOCKET_SENT))
		set_flags(state, SOCKET_SENT);
	if (protocol == PROTOCOL_UDP && value->sent >= BUSY_AFTER)
		make_busy(state, &key);
	__u64 datagrams = datagrams_in(packet);
	__sync_fetch_and_add(&value->sent, datagrams);
	__sync_fetch_and_add(&value->packets_sent, datagrams);
	if (packet->ifindex == LOOPBACK_IFINDEX)
		__sync_fetch_and_add(&value->local, datagrams);
	__sync_fetch_and_add(&value->bytes_sent, packet->len - end.headers);
	value->last_time = bpf_ktime_get_boot_ns();
	if (is_new)
		first_datagram(state, &key);
	return ALLOW;
}

/* Answers are counted to the flow that asked; what nobody asked for is no flow. */
SEC("cgroup_skb/ingress")
int on_packet_in(struct __sk_buff *packet)
{
	struct bpf_sock *any = packet->sk;
	if (!any || is_plain_segment(packet))
		return ALLOW;
	struct socket_state *state = bpf_sk_storage_get(&sockets, any, 0, 0);
	if (state && count_busy_packet_in(packet, state))
		return ALLOW;
	struct bpf_sock *socket = bpf_sk_fullsock(any);
	if (!socket)
		return ALLOW;
	__u32 protocol = packet_protocol(socket);
	if (protocol == PROTOCOL_TCP)
		return on_segment(packet, socket, false);
	struct packet_end end = {};
	if (!state || !read_end(packet, &end, protocol, false))
		return ALLOW;
	if (protocol == PROTOCOL_UDP && end.port == DNS_PORT)
		on_dns_datagram_in(packet, end.headers);
	struct flow_key key = {};
	packet_key(&key, state, &end, protocol);
	struct flow_value *value = bpf_map_lookup_elem(&flows, &key);
	if (!value)
		return ALLOW;
	__sync_fetch_and_add(&value->packets_received, datagrams_in(packet));
	__sync_fetch_and_add(&value->bytes_received, packet->len - end.headers);
	return ALLOW;
}

#endif
