/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * TCP from connect(2) or accept to close. States come from sockops callbacks:
 * they run under the socket's lock and, unlike tracepoint programs, are never
 * skipped when an interrupt finds the program running.
 */
#ifndef PROCESS_TRACER_TCP_H
#define PROCESS_TRACER_TCP_H

#include "followed.h"
#include "listeners.h"

/* A function of its own, as the next: which kind of socket it is for makes no difference, and is not checked twice. */
__noinline int end_unsent_attempt(struct socket_state *state)
{
	if (!state || !is_open_attempt(state) || state->flags & (SOCKET_SYN_SENT | SOCKET_ACCEPTED))
		return 0;
	set_flags(state, SOCKET_CLOSED);
	struct flow_value *value = tcp_flow(state);
	if (value)
		count(&value->failed);
	struct event_close event = {};
	describe_close(&event, state);
	emit(EVENT_CLOSE, &event, sizeof event, wake_flags());
	return 0;
}

struct peer_address {
	__u64 words[2];
};

__noinline int attempt_tcp(struct socket_state *state, const struct peer_address *peer, __u32 port)
{
	if (!state || !peer)
		return 0;
	end_unsent_attempt(state);
	__builtin_memcpy(state->peer, peer, sizeof state->peer);
	__builtin_memset(state->local, 0, sizeof state->local);
	state->peer_port = port;
	state->local_port = 0;
	state->attempt_time = bpf_ktime_get_boot_ns();
	state->established_time = 0;
	state->flags = SOCKET_ATTEMPTED;
	struct flow_value *value = tcp_flow(state);
	if (value) {
		count(&value->attempts);
		value->last_time = state->attempt_time;
	}

	struct event_connect event = {};
	event.header.kind = EVENT_CONNECT;
	event.header.thread = state->thread;
	event.header.time = state->attempt_time;
	event.header.process = state->owner;
	event.socket = state->cookie;
	__builtin_memcpy(event.address, peer, sizeof event.address);
	event.port = port;
	event.protocol = state->protocol;
	event.network_namespace = state->network_namespace;
	event.test = state->test;
	emit(EVENT_CONNECT, &event, sizeof event, wake_flags());
	return 0;
}

static __always_inline void read_local_endpoint(struct bpf_sock_ops *context, __u8 address[16], __u16 *port)
{
	if (context->family == AF_INET)
		map_ipv4(address, context->local_ip4);
	else
		copy_ipv6(address, context->local_ip6[0], context->local_ip6[1], context->local_ip6[2],
			  context->local_ip6[3]);
	*port = context->local_port;
}

static __always_inline void read_peer_endpoint(struct bpf_sock_ops *context, __u8 address[16], __u16 *port)
{
	if (context->family == AF_INET)
		map_ipv4(address, context->remote_ip4);
	else
		copy_ipv6(address, context->remote_ip6[0], context->remote_ip6[1], context->remote_ip6[2],
			  context->remote_ip6[3]);
	*port = bpf_ntohl(context->remote_port);
}

/* Asks for state callbacks, keeping what other programs asked for. */
static __always_inline void follow_states(struct bpf_sock_ops *context)
{
	bpf_sock_ops_cb_flags_set(context, context->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
}

static __always_inline bool is_routed_to_loopback(struct tcp_sock *tcp)
{
	return BPF_CORE_READ(tcp, inet_conn.icsk_inet.sk.sk_dst_cache, dev, flags) & IFF_LOOPBACK;
}

static __always_inline void syn_sent(struct bpf_sock_ops *context, struct socket_state *state, struct tcp_sock *tcp)
{
	if (!(state->flags & SOCKET_ATTEMPTED))
		return;
	bool is_local = is_routed_to_loopback(tcp);
	set_flags(state, is_local ? SOCKET_SYN_SENT | SOCKET_LOCAL : SOCKET_SYN_SENT);
	follow_states(context);
	read_local_endpoint(context, state->local, &state->local_port);
	struct flow_value *value = tcp_flow(state);
	if (!value)
		return;
	count(&value->sent);
	if (is_local)
		count(&value->local);
}

static __always_inline void connected(struct bpf_sock_ops *context, struct socket_state *state)
{
	if (!is_open_attempt(state))
		return;
	set_flags(state, SOCKET_ESTABLISHED);
	state->established_time = bpf_ktime_get_boot_ns();
	read_local_endpoint(context, state->local, &state->local_port);
}

/* A connection is its listener's. */
static __always_inline void describe_accepted(struct socket_state *child, const struct socket_state *listener,
					      const struct event_accept *event)
{
	child->owner = listener->owner;
	child->image = listener->image;
	__builtin_memcpy(child->comm, listener->comm, sizeof child->comm);
	child->thread = listener->thread;
	child->test = event->test;
	child->network_namespace = event->network_namespace;
	child->protocol = event->protocol;
	child->attempt_time = event->header.time;
	child->established_time = event->header.time;
	__builtin_memcpy(child->local, event->local_address, sizeof child->local);
	__builtin_memcpy(child->peer, event->peer_address, sizeof child->peer);
	child->local_port = event->local_port;
	child->peer_port = event->peer_port;
	child->flags = SOCKET_ACCEPTED | SOCKET_ESTABLISHED;
}

static __always_inline void accepted(struct bpf_sock_ops *context, struct bpf_sock *socket, struct tcp_sock *tcp)
{
	__u64 cookie = listener_of(context, socket, tcp);
	struct socket_state *listener = cookie ? tcp_socket(cookie) : NULL;
	if (!listener)
		return;
	struct event_accept event = {};
	event.header.kind = EVENT_ACCEPT;
	event.header.time = bpf_ktime_get_boot_ns();
	event.header.process = listener->owner;
	event.socket = bpf_get_socket_cookie(context);
	read_local_endpoint(context, event.local_address, &event.local_port);
	read_peer_endpoint(context, event.peer_address, &event.peer_port);
	event.protocol = listener->protocol;
	event.network_namespace = listener->network_namespace;
	event.test = listener->test;
	note_followed(event.socket);
	struct socket_state *child = make_tcp_socket(event.socket);
	if (child) {
		describe_accepted(child, listener, &event);
		follow_states(context);
	} else {
		count(&counters.sockets_refused); /* its end is not told */
	}
	emit(EVENT_ACCEPT, &event, sizeof event, wake_flags());
}

/* The entry goes with the connection, but for a socket that can connect again. Looked at last: then it may be gone. */
static __always_inline void closed(struct socket_state *state, struct tcp_sock *tcp)
{
	if (!is_open_attempt(state))
		return;
	__u64 cookie = state->cookie;
	struct event_close event = {};
	describe_close(&event, state);
	describe_bytes(&event, tcp);
	bool is_accepted = state->flags & SOCKET_ACCEPTED;
	if (!is_accepted) {
		struct flow_value *value = tcp_flow(state);
		if (value) {
			__sync_fetch_and_add(&value->bytes_sent, event.bytes_sent);
			__sync_fetch_and_add(&value->bytes_received, event.bytes_received);
			__sync_fetch_and_add(&value->packets_sent, event.packets_sent);
			__sync_fetch_and_add(&value->packets_received, event.packets_received);
			count(state->flags & SOCKET_ESTABLISHED ? &value->established : &value->failed);
		}
	}
	emit(EVENT_CLOSE, &event, sizeof event, wake_flags());
	bool has_no_release = is_accepted || state->protocol == PROTOCOL_MPTCP; /* never accepted; a subflow */
	if (set_flags(state, SOCKET_CLOSED) & SOCKET_RELEASED || has_no_release)
		forget_tcp_socket(cookie);
}

/* Whose listener it is was settled when the socket was made or bound: before Linux 6.10 nobody is asked here. */
static __always_inline void listening(struct bpf_sock_ops *context, struct bpf_sock *socket, struct tcp_sock *tcp)
{
	struct socket_state *state = tcp_socket(bpf_get_socket_cookie(context));
	if (!state)
		return;
	if (!(set_flags(state, SOCKET_LISTENING) & SOCKET_LISTENING))
		count(&counters.listeners);
	read_local_endpoint(context, state->local, &state->local_port);
	note_listener(socket, state, tcp);
	emit_listen(state);
}

/* Whether a callback tells something: most of a connection's dozen do not. */
static __always_inline bool is_telling(struct bpf_sock_ops *context)
{
	switch (context->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
	case BPF_SOCK_OPS_TCP_LISTEN_CB:
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		return true;
	case BPF_SOCK_OPS_STATE_CB:
		return context->args[1] == BPF_TCP_CLOSE;
	default:
		return false;
	}
}

SEC("sockops")
int on_tcp(struct bpf_sock_ops *context)
{
	struct bpf_sock *socket = context->sk;
	if (!is_telling(context) || !socket)
		return ALLOW;
	struct tcp_sock *tcp = (struct tcp_sock *)bpf_skc_to_tcp_sock(socket);
	if (!tcp)
		return ALLOW;
	if (context->op == BPF_SOCK_OPS_TCP_LISTEN_CB) {
		listening(context, socket, tcp);
		return ALLOW;
	}
	if (context->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB) {
		if (counters.listeners)
			accepted(context, socket, tcp);
		return ALLOW;
	}
	struct socket_state *state = tcp_socket(bpf_get_socket_cookie(context));
	if (!state)
		return ALLOW;
	switch (context->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		syn_sent(context, state, tcp);
		break;
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
		connected(context, state);
		break;
	case BPF_SOCK_OPS_STATE_CB:
		closed(state, tcp);
		break;
	}
	return ALLOW;
}

#endif
