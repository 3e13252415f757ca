/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Whose listener a connection came in at. A new connection does not point to
 * its listener any more when it is told of; but where no port is shared there
 * is one listener for an address and port, and for a shared one (SO_REUSEPORT,
 * SO_BINDTODEVICE) the kernel copies a socket's storage to what it accepts.
 */
#ifndef PROCESS_TRACER_LISTENERS_H
#define PROCESS_TRACER_LISTENERS_H

#include "flows.h"

struct listener_key {
	__u8 address[16]; /* zero, mapped or not: any */
	__u32 network_namespace;
	__u16 port;
	__u16 reserved;
};

#define SHARED_LISTENER (~0ULL)

/* Cookie of the listener, or SHARED_LISTENER. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct listener_key);
	__type(value, __u64);
} listeners SEC(".maps");

/* Cookie of a listener that shares its port, with it and with each connection that it got. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, __u64);
} shared_listeners SEC(".maps");

static __always_inline void listener_key_of(struct listener_key *key, const struct socket_state *state)
{
	__builtin_memcpy(key->address, state->local, sizeof key->address);
	key->network_namespace = state->network_namespace;
	key->port = state->local_port;
}

static __always_inline void note_listener(struct bpf_sock *socket, const struct socket_state *state,
					  struct tcp_sock *tcp)
{
	struct listener_key key = {};
	listener_key_of(&key, state);
	__u64 cookie = state->cookie;
	struct sock_common *common = &tcp->inet_conn.icsk_inet.sk.__sk_common;
	if (BPF_CORE_READ_BITFIELD(common, skc_reuseport) || common->skc_bound_dev_if) {
		__u64 *shared = bpf_sk_storage_get(&shared_listeners, socket, &cookie, BPF_SK_STORAGE_GET_F_CREATE);
		if (!shared)
			count(&counters.sockets_refused);
		cookie = SHARED_LISTENER;
	}
	if (bpf_map_update_elem(&listeners, &key, &cookie, BPF_ANY))
		count(&counters.sockets_refused);
}

/* A shared entry stays: others may listen there. */
static __always_inline void forget_listener(const struct socket_state *state)
{
	struct listener_key key = {};
	listener_key_of(&key, state);
	__u64 *cookie = bpf_map_lookup_elem(&listeners, &key);
	if (cookie && *cookie == state->cookie)
		bpf_map_delete_elem(&listeners, &key);
}

/* Cookie of the session's listener that a new connection came in at; 0: not the session's. */
static __always_inline __u64 listener_of(struct bpf_sock_ops *context, struct bpf_sock *socket, struct tcp_sock *tcp)
{
	struct listener_key key = {};
	key.network_namespace = tcp->inet_conn.icsk_inet.sk.__sk_common.skc_net.net->ns.inum;
	key.port = context->local_port;
	if (context->family == AF_INET)
		map_ipv4(key.address, context->local_ip4);
	else
		copy_ipv6(key.address, context->local_ip6[0], context->local_ip6[1], context->local_ip6[2],
			  context->local_ip6[3]);
	__u64 *cookie = bpf_map_lookup_elem(&listeners, &key);
	if (!cookie && ((__u32 *)key.address)[2] == bpf_htonl(0xFFFF)) {
		((__u32 *)key.address)[3] = 0;
		cookie = bpf_map_lookup_elem(&listeners, &key);
	}
	if (!cookie && context->family == AF_INET6) {
		__builtin_memset(key.address, 0, sizeof key.address);
		cookie = bpf_map_lookup_elem(&listeners, &key);
	}
	if (!cookie || *cookie != SHARED_LISTENER)
		return cookie ? *cookie : 0;
	__u64 *shared = bpf_sk_storage_get(&shared_listeners, socket, 0, 0);
	return shared ? *shared : 0;
}

#endif
