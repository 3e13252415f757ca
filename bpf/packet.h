/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What a packet's headers say about its destination or source. */
#ifndef PROCESS_TRACER_PACKET_H
#define PROCESS_TRACER_PACKET_H

#include "flows.h"

struct packet_end {
	__u8 address[16];
	__u32 headers; /* bytes before the payload */
	__u16 port;
	__u16 protocol; /* as on the wire */
};

/* Protocols whose header starts with the two ports. */
static __always_inline bool has_ports(__u32 protocol)
{
	return protocol == PROTOCOL_UDP || protocol == PROTOCOL_UDP_LITE || protocol == PROTOCOL_SCTP;
}

/*
 * Reads one end of a packet, its destination where `is_out`; 0 where the headers are not understood. A function of its
 * own, so that what follows is not checked again for each kind of header.
 */
__noinline int read_end(struct __sk_buff *packet, struct packet_end *end, __u32 protocol, int is_out)
{
	__u8 first, next;
	if (!end)
		return 0; /* never; the kernel asks for the question */
	if (bpf_skb_load_bytes(packet, 0, &first, sizeof first))
		return 0;
	if (first >> 4 == 4) {
		__u32 address;
		if (bpf_skb_load_bytes(packet, is_out ? 16 : 12, &address, sizeof address) ||
		    bpf_skb_load_bytes(packet, 9, &next, sizeof next))
			return 0;
		map_ipv4(end->address, address);
		end->headers = (first & 0xF) * 4;
	} else {
		if (bpf_skb_load_bytes(packet, 6, &next, sizeof next) || (has_ports(protocol) && next != protocol) ||
		    bpf_skb_load_bytes(packet, is_out ? 24 : 8, end->address, sizeof end->address))
			return 0;
		end->headers = IPV6_HEADER_LENGTH;
	}
	end->protocol = next;
	end->port = 0;
	if (!has_ports(protocol))
		return 1;
	__u16 port;
	if (bpf_skb_load_bytes(packet, end->headers + (is_out ? 2 : 0), &port, sizeof port))
		return 0;
	end->port = bpf_ntohs(port);
	end->headers += protocol == PROTOCOL_SCTP ? 0 : UDP_HEADER_LENGTH;
	return 1;
}

/* UDP_SEGMENT: one buffer, many datagrams. */
static __always_inline __u64 datagrams_in(struct __sk_buff *packet)
{
	return packet->gso_segs ? packet->gso_segs : 1;
}

/* What decides about ports: a raw socket's is 255, whatever it writes itself. */
static __always_inline __u32 packet_protocol(struct bpf_sock *socket)
{
	return socket->type == SOCK_RAW ? PROTOCOL_RAW : socket->protocol;
}

static __always_inline void packet_key(struct flow_key *key, const struct socket_state *state,
				       const struct packet_end *end, __u32 protocol)
{
	flow_key_of(key, state);
	bool is_icmp = end->protocol == PROTOCOL_ICMP || end->protocol == PROTOCOL_ICMPV6;
	key->protocol = protocol == PROTOCOL_RAW && is_icmp ? end->protocol : protocol;
	__builtin_memcpy(key->address, end->address, sizeof key->address);
	key->port = end->port;
}

#endif
