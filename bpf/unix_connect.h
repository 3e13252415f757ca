/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * connect(2) and sendmsg(2) to unix sockets. The hooks are those of Linux 6.7;
 * the loader gives them their attach types, which libbpf's section names may
 * not know.
 */
#ifndef PROCESS_TRACER_UNIX_CONNECT_H
#define PROCESS_TRACER_UNIX_CONNECT_H

#include "unix.h"

static __always_inline int on_unix_address(struct bpf_sock_addr *context)
{
	struct member *member = current_member();
	if (!member)
		return ALLOW;
	struct bpf_sock_addr_kern *call = (void *)context; /* what programs get as their context, read as memory */
	struct unix_key key = {};
	if (!unix_key_of(&key, member, context->type, BPF_CORE_READ(call, uaddr), BPF_CORE_READ(call, uaddrlen)))
		return ALLOW;
	struct unix_value *value = unix_flow(&key, member);
	if (!value)
		return ALLOW;
	count(&value->attempts);
	value->last_time = bpf_ktime_get_boot_ns();
	return ALLOW;
}

SEC("cgroup/connect4")
int on_connect_unix(struct bpf_sock_addr *context)
{
	return on_unix_address(context);
}

SEC("cgroup/sendmsg4")
int on_sendmsg_unix(struct bpf_sock_addr *context)
{
	return on_unix_address(context);
}

#endif
