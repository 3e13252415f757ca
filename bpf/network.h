/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Sockets of the session and where they go. connect(2) and sendmsg(2) hooks
 * run in the caller's context and decide who owns an attempt; everything later
 * (handshake, close, packets) runs anywhere and asks the socket's storage.
 */
#ifndef PROCESS_TRACER_NETWORK_H
#define PROCESS_TRACER_NETWORK_H

#include "session.h"
#include "sockets.h"

#define AF_INET 2
#define AF_INET6 10
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_UDP_LITE 136
#define IFF_LOOPBACK 0x8
#define LOOPBACK_IFINDEX 1 /* include/net/net_namespace.h: always, in every namespace */
#define UDP_HEADER_LENGTH 8
#define IPV6_HEADER_LENGTH 40
#define ALLOW 1

/* ------------------------------------------------------------- ownership */

static __always_inline void own(struct socket_state *state, struct member *member)
{
	__u64 thread = bpf_get_current_pid_tgid();
	state->owner.pid = thread >> 32;
	state->owner.start = member->start;
	state->thread = (__u32)thread;
	state->image = member->image;
	state->test = member->test;
	__builtin_memcpy(state->comm, member->comm, sizeof state->comm);
}

static __always_inline __u32 current_network_namespace(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
}

/* The storage of a socket that the session made or that a member uses now; NULL: not ours. */
static __always_inline struct socket_state *socket_in_use(void *socket)
{
	struct member *member = current_member();
	struct socket_state *state = bpf_sk_storage_get(&sockets, socket, 0, 0);
	if (!member)
		return state;
	if (!state) {
		state = bpf_sk_storage_get(&sockets, socket, 0, BPF_SK_STORAGE_GET_F_CREATE);
		if (!state) {
			count(&counters.sockets_refused);
			return 0;
		}
		state->network_namespace = current_network_namespace();
	}
	own(state, member);
	return state;
}

/* -------------------------------------------------------------- flow table */

static __always_inline void flow_key_of(struct flow_key *key, const struct socket_state *state)
{
	key->process = state->owner;
	key->network_namespace = state->network_namespace;
	key->test = state->test;
	key->protocol = state->protocol;
	key->reserved = 0;
}

/* The flow's entry, made if absent; `is_new` tells which. NULL: refused, and counted. */
static __always_inline struct flow_value *flow(const struct flow_key *key, const struct socket_state *state,
					       bool *is_new)
{
	*is_new = false;
	struct flow_value *value = bpf_map_lookup_elem(&flows, key);
	if (value)
		return value;
	struct flow_value first = {.first_time = bpf_ktime_get_boot_ns(), .image = state->image};
	__builtin_memcpy(first.comm, state->comm, sizeof first.comm);
	*is_new = !bpf_map_update_elem(&flows, key, &first, BPF_NOEXIST);
	value = bpf_map_lookup_elem(&flows, key);
	if (!value)
		count(&counters.flows_refused);
	return value;
}

static __always_inline struct flow_value *tcp_flow(const struct socket_state *state)
{
	struct flow_key key = {};
	flow_key_of(&key, state);
	__builtin_memcpy(key.address, state->peer, sizeof key.address);
	key.port = state->peer_port;
	bool is_new;
	return flow(&key, state, &is_new);
}

/* --------------------------------------------------------------- addresses */

static __always_inline void map_ipv4(__u8 address[16], __u32 ipv4)
{
	__u32 *words = (__u32 *)address;
	/* Keeps the load of `ipv4` apart from an IPv6 branch's: the verifier refuses a computed context offset. */
	asm volatile("" : "+r"(ipv4));
	words[0] = 0;
	words[1] = 0;
	words[2] = bpf_htonl(0xFFFF);
	words[3] = ipv4;
}

static __always_inline void copy_ipv6(__u8 address[16], __u32 a, __u32 b, __u32 c, __u32 d)
{
	__u32 *words = (__u32 *)address;
	words[0] = a;
	words[1] = b;
	words[2] = c;
	words[3] = d;
}

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
