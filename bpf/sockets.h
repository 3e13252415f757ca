/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What is kept with a socket of the session, and how its end is told. */
#ifndef PROCESS_TRACER_SOCKETS_H
#define PROCESS_TRACER_SOCKETS_H

#include "kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "events.h"

/* One TCP attempt lives here from connect to close; for datagrams only the owner counts. */
struct socket_state {
	struct process_key owner;
	struct image_id image;
	char comm[TASK_COMM_LENGTH];
	__u64 cookie;
	__u64 attempt_time;
	__u64 established_time;
	__u8 peer[16];
	__u8 local[16];
	__u16 peer_port;
	__u16 local_port;
	__u16 protocol;
	__u16 reserved;
	__u32 network_namespace;
	__u32 test;
	__u32 thread;
	__u32 flags;
};
#define SOCKET_ATTEMPTED 1 /* connect(2) was called */
#define SOCKET_SYN_SENT 2
#define SOCKET_ESTABLISHED 4
#define SOCKET_ACCEPTED 8
#define SOCKET_LOCAL 16
#define SOCKET_CLOSED 32 /* the attempt was reported as over */
#define SOCKET_LISTENING 64
#define SOCKET_SPOKE 128 /* something was sent on it, and looked at */

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE); /* an accepted socket has its listener's */
	__type(key, int);
	__type(value, struct socket_state);
} sockets SEC(".maps");

static __always_inline void describe_close(struct event_close *event, const struct socket_state *state)
{
	event->header.kind = EVENT_CLOSE;
	event->header.thread = state->thread;
	event->header.time = bpf_ktime_get_boot_ns();
	event->header.process = state->owner;
	event->socket = state->cookie;
	event->attempt_time = state->attempt_time;
	event->established_time = state->established_time;
	__builtin_memcpy(event->local_address, state->local, sizeof state->local);
	__builtin_memcpy(event->peer_address, state->peer, sizeof state->peer);
	event->local_port = state->local_port;
	event->peer_port = state->peer_port;
	event->protocol = state->protocol;
	event->network_namespace = state->network_namespace;
	event->test = state->test;
	event->flags = (state->flags & SOCKET_ACCEPTED ? CLOSE_ACCEPTED : 0) |
		       (state->flags & SOCKET_LOCAL ? CLOSE_LOCAL : 0) |
		       (state->flags & (SOCKET_SYN_SENT | SOCKET_ACCEPTED) ? 0 : CLOSE_NOT_SENT);
}

/* Payload: bytes_sent has no SYN and FIN, bytes_received counts the peer's FIN (net/ipv4/tcp_input.c tcp_fin). */
static __always_inline void describe_bytes(struct event_close *event, struct tcp_sock *tcp)
{
	bool fin_received = tcp->inet_conn.icsk_inet.sk.__sk_common.skc_flags & (1UL << SOCK_DONE);
	event->bytes_sent = tcp->bytes_sent - tcp->bytes_retrans;
	event->packets_sent = tcp->segs_out;
	event->packets_received = tcp->segs_in;
	event->bytes_received = tcp->bytes_received;
	if (fin_received && event->bytes_received)
		event->bytes_received--;
	event->error = tcp->inet_conn.icsk_inet.sk.sk_err;
}

static __always_inline bool is_open_attempt(const struct socket_state *state)
{
	return state->flags & (SOCKET_ATTEMPTED | SOCKET_ACCEPTED) && !(state->flags & SOCKET_CLOSED);
}

#endif
