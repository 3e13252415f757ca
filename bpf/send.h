/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Sends that no other hook sees: on sockets that were connected before the run
 * or received from another process, on packet, vsock and other sockets without
 * a cgroup hook, and on raw sockets that failed or live outside the session's
 * cgroup. Also who listens behind a unix socket. Linux 6.3.
 */
#ifndef PROCESS_TRACER_SEND_H
#define PROCESS_TRACER_SEND_H

#include "followed.h"
#include "unix.h"

#define AF_NETLINK 16
#define AF_ALG 38 /* the kernel's own cryptography: nothing leaves */
#define AF_VSOCK 40

/* Whether a socket was made in the session's cgroup or below: the other hooks follow it. */
static __always_inline bool is_of_session_cgroup(struct sock *socket)
{
	struct cgroup *cgroup = BPF_CORE_READ(socket, sk_cgrp_data.cgroup);
	int level = session_cgroup_level;
	if (!session_cgroup || !cgroup || BPF_CORE_READ(cgroup, level) < level)
		return false;
	struct cgroup *ancestor = NULL;
	bpf_probe_read_kernel(&ancestor, sizeof ancestor, &cgroup->ancestors[level]);
	return (__u64)ancestor == session_cgroup;
}

/* Whether the other hooks follow a socket: all of the session's cgroup; without one, those that they have marked. */
static __always_inline bool is_followed(struct sock *socket)
{
	if (settings.session_cgroup) {
		if (!is_of_session_cgroup(socket))
			return false;
		__u64 cookie = BPF_CORE_READ(socket, __sk_common.skc_cookie.counter);
		*followed_place(cookie) = cookie;
		return true;
	}
	return BPF_CORE_READ(socket, sk_bpf_storage) ||
	       tcp_socket(BPF_CORE_READ(socket, __sk_common.skc_cookie.counter));
}

static __always_inline void count_send(struct flow_key *key, struct member *member, int result)
{
	struct flow_value *value = bpf_map_lookup_elem(&flows, key);
	if (!value) {
		struct flow_value first = {.first_time = bpf_ktime_get_boot_ns(), .flags = FLOW_SEND};
		first.image = member->image;
		__builtin_memcpy(first.comm, member->comm, sizeof first.comm);
		bpf_map_update_elem(&flows, key, &first, BPF_NOEXIST);
		value = bpf_map_lookup_elem(&flows, key);
		if (!value) {
			count(&counters.flows_refused);
			return;
		}
	}
	if (!(value->flags & FLOW_SEND))
		return; /* a hook that sees more counts it */
	count(&value->attempts);
	value->last_time = bpf_ktime_get_boot_ns();
	if (result < 0) {
		count(&value->failed);
		return;
	}
	count(&value->sent);
	__sync_fetch_and_add(&value->bytes_sent, (__u64)result);
}

#define UNSEEN(protocol, port) (1ULL << 32 | (__u32)(protocol) << 16 | (port))
#define UNSEEN_PROTOCOL(unseen) ((__u16)((unseen) >> 16))

/*
 * Protocol and port of a send that no other hook sees, 0 where one does. A
 * function of its own, of numbers alone, so that what it may find is not
 * checked again with all that follows.
 */
__noinline __u64 unseen_inet_send(__u64 address, int result)
{
	struct sock *socket = (void *)address;
	__u32 type = BPF_CORE_READ(socket, sk_type);
	__u32 protocol = BPF_CORE_READ(socket, sk_protocol);
	bool is_icmp = protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMPV6;
	bool has_no_hook = type == SOCK_RAW || (type == SOCK_DGRAM && is_icmp);
	if (!(has_no_hook && result < 0) && is_followed(socket))
		return 0;
	if (has_no_hook) /* raw sockets keep a protocol number for a port */
		return UNSEEN(is_icmp ? protocol : PROTOCOL_RAW, 0);
	if (type == SOCK_STREAM && BPF_CORE_READ(socket, __sk_common.skc_state) == BPF_TCP_CLOSE)
		return 0; /* nothing leaves, and a connection that was followed is forgotten */
	__u16 port = bpf_ntohs(BPF_CORE_READ(socket, __sk_common.skc_dport));
	return port ? UNSEEN(protocol, port) : 0; /* unconnected: the sendmsg hooks know the destination */
}

static __always_inline void read_inet_peer(struct flow_key *key, struct sock *socket, __u32 family)
{
	__u32 address = family == AF_INET ? BPF_CORE_READ(socket, __sk_common.skc_daddr) : 0;
	if (address)
		map_ipv4(key->address, address);
	else if (family == AF_INET6)
		BPF_CORE_READ_INTO(&key->address, socket, __sk_common.skc_v6_daddr);
}

static __always_inline void read_vsock_peer(struct flow_key *key, struct sock *socket)
{
	if (!bpf_core_type_exists(struct vsock_sock))
		return;
	struct vsock_sock *vsock = (void *)socket;
	__u32 *words = (__u32 *)key->address;
	words[2] = bpf_htonl(BPF_CORE_READ(vsock, remote_addr.svm_cid));
	words[3] = bpf_htonl(BPF_CORE_READ(vsock, remote_addr.svm_port));
}

/* The name of a connected peer, and who listened there: a listener's pid is kept with each socket connected to it. */
static __always_inline void sent_by_unix(struct member *member, struct sock *socket, int result)
{
	struct sock *peer = BPF_CORE_READ((struct unix_sock *)socket, peer);
	struct unix_address *address = peer ? BPF_CORE_READ((struct unix_sock *)peer, addr) : NULL;
	if (!address)
		return;
	struct unix_key key = {};
	if (!unix_key_of(&key, member, BPF_CORE_READ(socket, sk_type), &address->name, BPF_CORE_READ(address, len)))
		return;
	struct unix_value *value = unix_flow(&key, member);
	if (!value || result < 0)
		return;
	count(&value->sent);
	__sync_fetch_and_add(&value->bytes_sent, (__u64)result);
	value->last_time = bpf_ktime_get_boot_ns();
	struct pid *listener = BPF_CORE_READ(socket, sk_peer_pid);
	if (value->peer || !listener)
		return;
	value->peer = BPF_CORE_READ(listener, numbers[0].nr);
	value->peer_member = member_of(value->peer) != NULL;
}

/*
 * With the kernel's types, so that fields are read in place: every send on the machine comes here. Numbers, that is;
 * for a pointer that is read in place the kernel goes through all its types several times when it checks the program.
 */
SEC("typed_tp/sock_send_length")
int BPF_PROG(on_send, struct sock *socket, int result)
{
	__u32 family = socket->__sk_common.skc_family;
	bool is_inet = family == AF_INET || family == AF_INET6;
	/* What most sends of a run are. */
	__u64 cookie = socket->__sk_common.skc_cookie.counter;
	if (is_inet && result >= 0 && cookie && *followed_place(cookie) == cookie)
		return 0;
	struct member *member = current_member();
	if (!member)
		return 0;
	if (family == AF_UNIX) {
		sent_by_unix(member, socket, result);
		return 0;
	}
	if (family == AF_ALG)
		return 0;
	if (family == AF_NETLINK) {
		count(&counters.netlink_messages);
		return 0;
	}
	struct flow_key key = {};
	key.protocol = FAMILY_PROTOCOL(family);
	if (is_inet) {
		__u64 address = 0;
		copy(&address, &socket, sizeof address); /* as a number */
		__u64 unseen = unseen_inet_send(address, result);
		if (!unseen)
			return 0;
		key.protocol = UNSEEN_PROTOCOL(unseen);
		key.port = unseen;
		read_inet_peer(&key, socket, family);
	} else if (family == AF_VSOCK) {
		read_vsock_peer(&key, socket);
	}
	key.process.pid = bpf_get_current_pid_tgid() >> 32;
	key.process.start = member->start;
	key.test = current_test(member);
	key.network_namespace = BPF_CORE_READ(socket, __sk_common.skc_net.net, ns.inum);
	count_send(&key, member, result);
	return 0;
}

#endif
