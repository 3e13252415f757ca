/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What is kept with a socket of the session, and how its end is told. */
#ifndef PROCESS_TRACER_SOCKETS_H
#define PROCESS_TRACER_SOCKETS_H

#include "kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "abi.h"

/* One TCP attempt lives here from connect to close; for other sockets only the owner counts. */
struct socket_state {
	__u64 cookie; /* first: all behind it is zero where a place is free */
	struct process_key owner;
	struct image_id image;
	char comm[TASK_COMM_LENGTH];
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
	__u32 busy;    /* one above the index of its place in the table of busy flows, 0: none */
	__u32 changes; /* of tests, as counted before `task` was found to be the owner, at work for `test` */
	__u64 task;
};
#define SOCKET_ATTEMPTED 1 /* connect(2) was called */
#define SOCKET_SYN_SENT 2
#define SOCKET_ESTABLISHED 4
#define SOCKET_ACCEPTED 8
#define SOCKET_LOCAL 16
#define SOCKET_CLOSED 32 /* the attempt was reported as over */
#define SOCKET_LISTENING 64
#define SOCKET_RELEASED 128   /* no descriptor is left: the entry goes with the connection */
#define SOCKET_TOLD 256	      /* by the iterator over open sockets */
#define SOCKET_SPOKE 512      /* something was sent on it, and looked at */
#define SOCKET_REFUSED 1024   /* the attempt was refused by enforcement */
#define SOCKET_BY_PACKET 2048 /* no hook decided when it was connected: its packets are looked at */
#define SOCKET_SENT 4096      /* a datagram has left by it */

/* Sockets that send datagrams, or that have no other hook than their packets. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct socket_state);
} sockets SEC(".maps");

/*
 * TCP sockets, which come and go by the thousand: each at the place that its cookie says, free where that is zero. A
 * socket's storage costs ten times as much: the kernel allocates it twice, charges it, and frees it later.
 */
#define TCP_PLACES 4096 /* a power of two */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TCP_PLACES);
	__type(key, __u32);
	__type(value, struct socket_state);
} tcp_places SEC(".maps");

/* Those whose place was another's, by cookie. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct socket_state);
} tcp_sockets SEC(".maps");

/* Processors count cookies in batches of 4096 each (include/linux/cookie.h): those of two batches lie apart. */
static __always_inline struct socket_state *tcp_place(__u64 cookie)
{
	__u32 place = (cookie + (cookie >> 12) * 397) & (TCP_PLACES - 1);
	return bpf_map_lookup_elem(&tcp_places, &place);
}

static __always_inline struct socket_state *tcp_socket(__u64 cookie)
{
	struct socket_state *state = tcp_place(cookie);
	return state && state->cookie == cookie ? state : bpf_map_lookup_elem(&tcp_sockets, &cookie);
}

const struct socket_state no_socket_state;

/* A new entry for a TCP socket, zero but for its cookie; the one that there is, where another was faster. NULL: full.
 */
static __always_inline struct socket_state *make_tcp_socket(__u64 cookie)
{
	struct socket_state *state = tcp_place(cookie);
	if (!state)
		return NULL;
	__u64 holder = __sync_val_compare_and_swap(&state->cookie, 0, cookie);
	if (!holder || holder == cookie)
		return state;
	bpf_map_update_elem(&tcp_sockets, &cookie, (void *)&no_socket_state, BPF_NOEXIST);
	state = bpf_map_lookup_elem(&tcp_sockets, &cookie);
	if (state)
		state->cookie = cookie;
	return state;
}

static __always_inline void forget_tcp_socket(__u64 cookie)
{
	struct socket_state *state = tcp_place(cookie);
	if (!state || state->cookie != cookie) {
		bpf_map_delete_elem(&tcp_sockets, &cookie);
		return;
	}
	__builtin_memset(&state->owner, 0, sizeof *state - sizeof state->cookie);
	__sync_val_compare_and_swap(&state->cookie, cookie, 0);
}

/* Flags of a TCP socket are set by its callbacks and by its release, which share no lock; the result is before. */
static __always_inline __u32 set_flags(struct socket_state *state, __u32 flags)
{
	return __sync_fetch_and_or(&state->flags, flags);
}

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
		       (state->flags & SOCKET_REFUSED ? CLOSE_REFUSED : 0) |
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

static __always_inline bool are_of_open_attempt(__u32 flags)
{
	return flags & (SOCKET_ATTEMPTED | SOCKET_ACCEPTED) && !(flags & SOCKET_CLOSED);
}

static __always_inline bool is_open_attempt(const struct socket_state *state)
{
	return are_of_open_attempt(state->flags);
}

#endif
