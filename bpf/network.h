/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Sockets of the session and where they go. connect(2) and sendmsg(2) hooks
 * run in the caller's context and decide who owns an attempt; everything later
 * (handshake, close, packets) runs anywhere and asks the socket's storage.
 */
#ifndef PROCESS_TRACER_NETWORK_H
#define PROCESS_TRACER_NETWORK_H

#include "followed.h"
#include "send.h"
#include "tcp.h"
#include "udp.h"
#include "unix_connect.h"

/* ------------------------------------------------------- creation and bind */

/* A multipath socket's connections are those of its subflows. */
SEC("cgroup/sock_create")
int on_socket_create(struct bpf_sock *socket)
{
	struct member *member = current_member();
	if (!member || socket->protocol == PROTOCOL_MPTCP)
		return ALLOW;
	if (socket->protocol != PROTOCOL_TCP || socket->type != SOCK_STREAM) {
		socket_in_use(socket, member);
		return ALLOW;
	}
	__u64 cookie = bpf_get_socket_cookie(socket);
	note_followed(cookie);
	new_tcp_socket(cookie, member);
	return ALLOW;
}

/* A child that binds its parent's socket listens for itself. A bound datagram socket is a server, or may be. */
static __always_inline int on_bind(struct bpf_sock *socket, const __u8 local[16])
{
	__u32 protocol = socket->protocol;
	bool is_udp = protocol == PROTOCOL_UDP;
	if (!is_udp && protocol != PROTOCOL_UDP_LITE && protocol != PROTOCOL_TCP)
		return ALLOW;
	struct member *member = current_member();
	if (!member)
		return ALLOW;
	if (socket->src_port == DNS_PORT && (is_udp || protocol == PROTOCOL_TCP))
		note_member_server(local, current_network_namespace());
	if (protocol == PROTOCOL_TCP) {
		tcp_socket_in_use(bpf_get_socket_cookie(socket));
		return ALLOW;
	}
	struct socket_state *state = socket_in_use(socket, member);
	if (!state)
		return ALLOW;
	state->protocol = protocol;
	state->cookie = bpf_get_socket_cookie(socket);
	__builtin_memcpy(state->local, local, sizeof state->local);
	state->local_port = socket->src_port;
	emit_listen(state);
	return ALLOW;
}

SEC("cgroup/post_bind4")
int on_bind4(struct bpf_sock *socket)
{
	__u8 local[16] __attribute__((aligned(8)));
	map_ipv4(local, socket->src_ip4);
	return on_bind(socket, local);
}

SEC("cgroup/post_bind6")
int on_bind6(struct bpf_sock *socket)
{
	__u8 local[16] __attribute__((aligned(8)));
	copy_ipv6(local, socket->src_ip6[0], socket->src_ip6[1], socket->src_ip6[2], socket->src_ip6[3]);
	return on_bind(socket, local);
}

/* ----------------------------------------------------------------- connect */

/* Of a multipath connection the hook sees the first subflow, which to the network is TCP, once. */
static __always_inline bool is_multipath(struct bpf_sock *socket)
{
	struct tcp_sock *tcp = (struct tcp_sock *)bpf_skc_to_tcp_sock(socket);
	return tcp && bpf_core_field_exists(tcp->is_mptcp) && tcp->is_mptcp;
}

static __always_inline int on_connect(struct bpf_sock_addr *context, const __u8 peer[16])
{
	if (!context->sk)
		return ALLOW;
	if (context->protocol == PROTOCOL_TCP && context->type == SOCK_STREAM) {
		struct socket_state *state = tcp_socket_in_use(bpf_get_socket_cookie(context));
		if (!state)
			return ALLOW;
		state->protocol = is_multipath(context->sk) ? PROTOCOL_MPTCP : PROTOCOL_TCP;
		attempt_tcp(state, (const struct peer_address *)peer, bpf_ntohs(context->user_port));
		return ALLOW;
	}
	struct socket_state *state = socket_in_use(context->sk, current_member());
	if (!state)
		return ALLOW;
	__u32 protocol = context->protocol;
	state->protocol = protocol;
	state->cookie = bpf_get_socket_cookie(context);
	/* UDP counts when something is sent: getaddrinfo connects to sort addresses. */
	if (protocol != PROTOCOL_UDP && protocol != PROTOCOL_UDP_LITE)
		attempt_tcp(state, (const struct peer_address *)peer, bpf_ntohs(context->user_port));
	return ALLOW;
}

SEC("cgroup/connect4")
int on_connect4(struct bpf_sock_addr *context)
{
	__u8 peer[16] __attribute__((aligned(8)));
	map_ipv4(peer, context->user_ip4);
	return on_connect(context, peer);
}

SEC("cgroup/connect6")
int on_connect6(struct bpf_sock_addr *context)
{
	__u8 peer[16] __attribute__((aligned(8)));
	copy_ipv6(peer, context->user_ip6[0], context->user_ip6[1], context->user_ip6[2], context->user_ip6[3]);
	return on_connect(context, peer);
}

/* connect(2) that found no route leaves no other trace than the socket's release. */
SEC("cgroup/sock_release")
int on_socket_release(struct bpf_sock *socket)
{
	__u32 protocol = socket->protocol;
	if (protocol == PROTOCOL_UDP || protocol == PROTOCOL_UDP_LITE)
		return ALLOW;
	if (protocol != PROTOCOL_TCP || socket->type != SOCK_STREAM) {
		struct socket_state *other = bpf_sk_storage_get(&sockets, socket, 0, 0);
		if (other)
			end_unsent_attempt(other);
		return ALLOW;
	}
	__u64 cookie = bpf_get_socket_cookie(socket);
	struct socket_state *state = tcp_socket(cookie);
	if (!state)
		return ALLOW;
	if (state->flags & SOCKET_LISTENING) {
		__sync_fetch_and_sub(&counters.listeners, 1);
		forget_listener(state);
	}
	end_unsent_attempt(state);
	if (!are_of_open_attempt(set_flags(state, SOCKET_RELEASED)))
		forget_tcp_socket(cookie);
	return ALLOW;
}

#endif
