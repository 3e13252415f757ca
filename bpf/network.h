/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Sockets of the session and where they go. connect(2) and sendmsg(2) hooks
 * run in the caller's context and decide who owns an attempt; everything later
 * (handshake, close, packets) runs anywhere and asks the socket's storage.
 */
#ifndef PROCESS_TRACER_NETWORK_H
#define PROCESS_TRACER_NETWORK_H

#include "tcp.h"
#include "udp.h"

/* ------------------------------------------------------- creation and bind */

static __always_inline int note_owner(struct bpf_sock *socket)
{
	if (current_member())
		socket_in_use(socket);
	return ALLOW;
}

SEC("cgroup/sock_create")
int on_socket_create(struct bpf_sock *socket)
{
	return note_owner(socket);
}

/* A child that binds its parent's socket listens for itself. */
SEC("cgroup/post_bind4")
int on_bind4(struct bpf_sock *socket)
{
	return note_owner(socket);
}

SEC("cgroup/post_bind6")
int on_bind6(struct bpf_sock *socket)
{
	return note_owner(socket);
}

/* ----------------------------------------------------------------- connect */

static __always_inline int on_connect(struct bpf_sock_addr *context, const __u8 peer[16])
{
	if (!context->sk)
		return ALLOW;
	struct socket_state *state = socket_in_use(context->sk);
	if (!state)
		return ALLOW;
	__u32 protocol = context->protocol;
	state->protocol = protocol;
	state->cookie = bpf_get_socket_cookie(context);
	if (protocol == PROTOCOL_UDP || protocol == PROTOCOL_UDP_LITE)
		return ALLOW; /* counts when something is sent: getaddrinfo connects to sort addresses */
	attempt_tcp(state, peer, bpf_ntohs(context->user_port));
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
	struct socket_state *state = bpf_sk_storage_get(&sockets, socket, 0, 0);
	if (state)
		end_unsent_attempt(state);
	return ALLOW;
}

#endif
