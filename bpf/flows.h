/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Who owns a socket, and the table of destinations. */
#ifndef PROCESS_TRACER_FLOWS_H
#define PROCESS_TRACER_FLOWS_H

#include "session.h"
#include "sockets.h"
#include "tests.h"

#define AF_INET 2
#define AF_INET6 10
#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ICMPV6 58
#define PROTOCOL_SCTP 132
#define PROTOCOL_UDP_LITE 136
#define PROTOCOL_RAW 255
#define PROTOCOL_MPTCP 262
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define IFF_LOOPBACK 0x8
#define LOOPBACK_IFINDEX 1 /* include/net/net_namespace.h: always, in every namespace */
#define DNS_PORT 53
#define UDP_HEADER_LENGTH 8
#define IPV4_HEADER_LENGTH 20
#define IPV6_HEADER_LENGTH 40
#define ALLOW 1

/* ------------------------------------------------------------- ownership */

static __always_inline void own(struct socket_state *state, struct member *member)
{
	__u64 thread = bpf_get_current_pid_tgid();
	state->task = 0;
	state->changes = changes_so_far();
	state->owner.pid = thread >> 32;
	state->owner.start = member->start;
	state->thread = (__u32)thread;
	state->image = member->image;
	state->test = current_test(member);
	__builtin_memcpy(state->comm, member->comm, sizeof state->comm);
	if (!(member->flags & MEMBER_LANGUAGES))
		state->task = bpf_get_current_task();
}

/* Whether the current task is the one that the socket is owned for, without looking up who it is. */
static __always_inline bool is_owned_by_current(const struct socket_state *state)
{
	return state->task == bpf_get_current_task() && state->changes == changes_so_far();
}

static __always_inline __u32 current_network_namespace(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
}

/* The storage of a socket that the session made or that a member, if any, uses now; NULL: not ours. Not for TCP. */
static __always_inline struct socket_state *socket_in_use(void *socket, struct member *member)
{
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

/* The entry of a TCP socket that the table has none of, owned by a member. NULL: refused, and counted. */
static __always_inline struct socket_state *new_tcp_socket(__u64 cookie, struct member *member)
{
	struct socket_state *state = make_tcp_socket(cookie);
	if (!state) {
		count(&counters.sockets_refused);
		return NULL;
	}
	state->protocol = PROTOCOL_TCP;
	state->network_namespace = current_network_namespace();
	own(state, member);
	return state;
}

/* The same as for other sockets, for a TCP socket. */
static __always_inline struct socket_state *tcp_socket_in_use(__u64 cookie)
{
	struct socket_state *state = tcp_socket(cookie);
	if (state && is_owned_by_current(state))
		return state;
	struct member *member = current_member();
	if (!member)
		return state;
	if (!state)
		return new_tcp_socket(cookie, member);
	own(state, member);
	return state;
}

/* What is kept with the socket of a packet; NULL: not ours. */
static __always_inline struct socket_state *packet_socket(struct __sk_buff *packet, struct bpf_sock *socket)
{
	if (socket->protocol == PROTOCOL_TCP && socket->type == SOCK_STREAM)
		return tcp_socket(bpf_get_socket_cookie(packet));
	return bpf_sk_storage_get(&sockets, socket, 0, 0);
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

static __always_inline void emit_endpoint(__u32 kind, const struct socket_state *state, const __u8 address[16],
					  __u16 port, __u16 protocol)
{
	struct event_endpoint event = {};
	event.header.kind = kind;
	event.header.thread = state->thread;
	event.header.time = bpf_ktime_get_boot_ns();
	event.header.process = state->owner;
	event.socket = state->cookie;
	__builtin_memcpy(event.address, address, sizeof event.address);
	event.port = port;
	event.protocol = protocol;
	event.network_namespace = state->network_namespace;
	event.test = state->test;
	emit(kind, &event, sizeof event, wake_flags());
}

static __always_inline void emit_listen(const struct socket_state *state)
{
	emit_endpoint(EVENT_LISTEN, state, state->local, state->local_port, state->protocol);
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
	asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d)); /* it refuses two words in one load as well */
	words[0] = a;
	words[1] = b;
	words[2] = c;
	words[3] = d;
}

#endif
