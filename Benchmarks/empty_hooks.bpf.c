/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The hooks that TCP and UDP pass in a session, with programs that do nothing. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define EMPTY(hook, name, result)                                                                                      \
	SEC(hook)                                                                                                      \
	int name(void *context)                                                                                        \
	{                                                                                                              \
		return result;                                                                                         \
	}

EMPTY("cgroup/sock_create", on_socket_create, 1)
EMPTY("cgroup/sock_release", on_socket_release, 1)
EMPTY("cgroup/post_bind4", on_bind, 1)
EMPTY("cgroup/connect4", on_connect, 1)
EMPTY("cgroup/sendmsg4", on_datagram, 1)
EMPTY("sockops", on_tcp, 1)
EMPTY("cgroup_skb/egress", on_packet_out, 1)
EMPTY("cgroup_skb/ingress", on_packet_in, 1)
EMPTY("raw_tp/sock_send_length", on_send, 0)

char LICENSE[] SEC("license") = "GPL";
