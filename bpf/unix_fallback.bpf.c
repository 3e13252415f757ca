/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * connect(2) and sendmsg(2) to unix sockets where the kernel has no cgroup
 * hooks for them, before Linux 6.7: an object of its own, loaded there and
 * nowhere else, at the functions of net/unix/af_unix.c that they end in. The
 * address is the kernel's own copy, whoever brought it: io_uring as well.
 * Kernels that let nobody trace functions refuse it, and do without.
 */
#include "unix.h"

static __always_inline int on_unix_peer(struct socket *socket, const void *address, __u32 address_length)
{
	struct member *member = current_member();
	if (!member)
		return 0;
	struct unix_key key = {};
	if (!unix_key_of(&key, member, BPF_CORE_READ(socket, sk, sk_type), address, address_length))
		return 0;
	struct unix_value *value = unix_flow(&key, member);
	if (!value)
		return 0;
	count(&value->attempts);
	value->last_time = bpf_ktime_get_boot_ns();
	return 0;
}

SEC("fentry/unix_stream_connect")
int BPF_PROG(on_unix_stream_connect, struct socket *socket, void *address, int length)
{
	return on_unix_peer(socket, address, length);
}

/* Without a family it takes a connection back: that has no name, and is none. */
SEC("fentry/unix_dgram_connect")
int BPF_PROG(on_unix_dgram_connect, struct socket *socket, void *address, int length)
{
	return on_unix_peer(socket, address, length);
}

SEC("fentry/unix_dgram_sendmsg")
int BPF_PROG(on_unix_dgram_sendmsg, struct socket *socket, struct msghdr *message)
{
	void *address = BPF_CORE_READ(message, msg_name);
	return address ? on_unix_peer(socket, address, BPF_CORE_READ(message, msg_namelen)) : 0;
}

char LICENSE[] SEC("license") = "GPL";
