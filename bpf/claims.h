/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What a client says first on a TCP connection that leaves the machine: the
 * server's name stands in a TLS ClientHello and in an HTTP request. Only a
 * claim; one check per packet that leaves by a real device.
 */
#ifndef PROCESS_TRACER_CLAIMS_H
#define PROCESS_TRACER_CLAIMS_H

#include "payload.h"

#define TLS_HANDSHAKE 0x16

__noinline int on_first_data(struct __sk_buff *packet)
{
	struct segment segment = {};
	if (!read_segment(packet, &segment) || segment.offset >= packet->len)
		return 0;
	struct bpf_sock *socket = packet->sk ? bpf_sk_fullsock(packet->sk) : NULL;
	struct socket_state *state = socket ? packet_socket(packet, socket) : NULL;
	if (!state)
		return 0;
	set_flags(state, SOCKET_SPOKE);
	__u8 first;
	if (bpf_skb_load_bytes(packet, segment.offset, &first, sizeof first) ||
	    !(first == TLS_HANDSHAKE || (first >= 'A' && first <= 'Z')))
		return 0;
	struct payload_work *work = take_work(packet, true);
	if (!work)
		return 0;
	if (load_payload(packet, work, segment.offset)) {
		struct event_payload *event = &work->event;
		event->header.time = bpf_ktime_get_boot_ns();
		event->header.process = work->socket.owner;
		event->header.thread = work->socket.thread;
		event->protocol = work->socket.protocol;
		event->test = work->socket.test;
		event->flags = 0;
		emit_payload(EVENT_FIRST_DATA, work);
	}
	give_back(work);
	return 0;
}

#endif
