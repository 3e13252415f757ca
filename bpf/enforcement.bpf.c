/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Refuses what the policy does not allow: an object of its own, loaded and
 * attached behind the recording programs where a run enforces. It takes over
 * their maps; a refused attempt has been recorded by them already.
 */
#include "enforcement.h"
#include "busy_flows.h"
#include "packet.h"
#include "unix_names.h"

/* ------------------------------------------------------- connect and sendmsg */

/* Whether an address is the socket's namespace's own; `is_known` says whether these hooks can tell. */
static __always_inline bool is_own(struct bpf_sock_addr *context, const __u8 peer[16], bool *is_known)
{
	*is_known = bpf_get_netns_cookie(context) == enforcement.home_namespace;
	return *is_known && !is_loopback(peer) && bpf_map_lookup_elem(&own_addresses, peer);
}

/* What the recording hook, which ran before, keeps with the socket. */
static __always_inline struct socket_state *socket_of(struct bpf_sock_addr *context)
{
	if (!context->sk)
		return NULL;
	if (context->protocol == PROTOCOL_TCP && context->type == SOCK_STREAM)
		return tcp_socket(bpf_get_socket_cookie(context));
	return bpf_sk_storage_get(&sockets, context->sk, 0, 0);
}

/*
 * The table's answer for an attempt; what only the route can tell is left to the packets. Without a state, which the
 * recording hook had no room for and counted so, a member's attempt is refused where it is not plainly allowed.
 */
static __always_inline bool is_refused(struct bpf_sock_addr *context, struct socket_state *state, const __u8 peer[16])
{
	if (!state && !current_member())
		return false;
	struct busy_flow *busy = state ? busy_flow_of(state) : NULL;
	if (busy && !goes_to(busy, peer, bpf_ntohs(context->user_port)))
		busy = NULL;
	if (busy && is_admitted(busy))
		return false;
	__u32 admissions_before = admissions_so_far();
	enum decision decision =
	    decide(peer, bpf_ntohs(context->user_port), state ? state->protocol : context->protocol,
		   state ? state->network_namespace : current_network_namespace());
	if (busy && decision == DECISION_ALLOW)
		busy->admitted = admissions_before + 1;
	if (decision == DECISION_ALLOW || decision == DECISION_REFUSE)
		return decision == DECISION_REFUSE;
	bool is_known;
	bool own = is_own(context, peer, &is_known);
	if (!is_known) {
		if (state)
			set_flags(state, SOCKET_BY_PACKET);
		return !state;
	}
	return own != (decision == DECISION_IF_OWN);
}

/* Refuses an attempt, and counts it, where the table says so; `flags` are set on its socket then. */
static __always_inline int refuse_if_denied(struct bpf_sock_addr *context, const __u8 peer[16], __u32 flags)
{
	struct socket_state *state = socket_of(context);
	if (!is_refused(context, state, peer))
		return ALLOW;
	if (!state)
		return REFUSE;
	if (flags)
		set_flags(state, flags);
	struct flow_key key = {};
	flow_key_of(&key, state);
	__builtin_memcpy(key.address, peer, sizeof key.address);
	key.port = bpf_ntohs(context->user_port);
	count_refusal(&key, state, 1);
	return REFUSE;
}

static __always_inline int on_attempt(struct bpf_sock_addr *context, const __u8 peer[16])
{
	__u32 protocol = context->protocol;
	if (protocol == PROTOCOL_UDP || protocol == PROTOCOL_UDP_LITE)
		return ALLOW; /* its packets are looked at: getaddrinfo connects to sort addresses, and sends nothing */
	return refuse_if_denied(context, peer, SOCKET_REFUSED);
}

SEC("cgroup/connect4")
int refuse_connect4(struct bpf_sock_addr *context)
{
	__u8 peer[16] __attribute__((aligned(8)));
	map_ipv4(peer, context->user_ip4);
	return on_attempt(context, peer);
}

SEC("cgroup/connect6")
int refuse_connect6(struct bpf_sock_addr *context)
{
	__u8 peer[16] __attribute__((aligned(8)));
	copy_ipv6(peer, context->user_ip6[0], context->user_ip6[1], context->user_ip6[2], context->user_ip6[3]);
	return on_attempt(context, peer);
}

SEC("cgroup/sendmsg4")
int refuse_sendmsg4(struct bpf_sock_addr *context)
{
	__u8 peer[16] __attribute__((aligned(8)));
	map_ipv4(peer, context->user_ip4);
	return refuse_if_denied(context, peer, 0);
}

SEC("cgroup/sendmsg6")
int refuse_sendmsg6(struct bpf_sock_addr *context)
{
	__u8 peer[16] __attribute__((aligned(8)));
	copy_ipv6(peer, context->user_ip6[0], context->user_ip6[1], context->user_ip6[2], context->user_ip6[3]);
	return refuse_if_denied(context, peer, 0);
}

static __always_inline int on_unix_name(struct bpf_sock_addr *context)
{
	struct member *member = current_member();
	if (!member)
		return ALLOW;
	struct bpf_sock_addr_kern *call = (void *)context; /* what programs get as their context, read as memory */
	struct unix_key key = {};
	if (!unix_key_of(&key, member, context->type, BPF_CORE_READ(call, uaddr), BPF_CORE_READ(call, uaddrlen)) ||
	    !is_denied_name(&key))
		return ALLOW;
	/* The recording hook has made the entry, or counted that it could not. */
	struct unix_value *value = bpf_map_lookup_elem(&unix_flows, &key);
	if (value) {
		count(&value->refused);
		value->last_time = bpf_ktime_get_boot_ns();
	}
	return REFUSE;
}

SEC("cgroup/connect4")
int refuse_connect_unix(struct bpf_sock_addr *context)
{
	return on_unix_name(context);
}

SEC("cgroup/sendmsg4")
int refuse_sendmsg_unix(struct bpf_sock_addr *context)
{
	return on_unix_name(context);
}

/* ----------------------------------------------------------------- packets */

/* Takes back what the recording hook counted as sent, a moment ago. */
static __always_inline void take_back(struct flow_value *value, struct __sk_buff *packet, __u64 datagrams,
				      __u32 headers)
{
	if (value->sent < datagrams)
		return; /* a socket outside the session's cgroup, which that hook does not see */
	__sync_fetch_and_add(&value->sent, -datagrams);
	__sync_fetch_and_add(&value->packets_sent, -datagrams);
	__sync_fetch_and_add(&value->bytes_sent, -(__u64)(packet->len - headers));
	if (packet->ifindex == LOOPBACK_IFINDEX)
		__sync_fetch_and_add(&value->local, -datagrams);
}

/* The first segment of a connection that its hook did not decide is refused; it is sent again, and that is no attempt.
 */
static __always_inline void refuse_connection(struct socket_state *state, struct flow_key *key)
{
	if (set_flags(state, SOCKET_REFUSED) & SOCKET_REFUSED)
		return;
	struct flow_value *value = count_refusal(key, state, 1);
	if (value && value->sent && state->flags & SOCKET_SYN_SENT)
		__sync_fetch_and_add(&value->sent, -1);
}

/*
 * Datagrams on connected sockets, what raw and ping sockets send, and TCP
 * where the connect hook could not tell. Of connections only those are looked
 * at that say so.
 */
SEC("cgroup_skb/egress")
int refuse_packet(struct __sk_buff *packet)
{
	struct bpf_sock *any = packet->sk;
	if (!any)
		return ALLOW;
	struct socket_state *state = bpf_sk_storage_get(&sockets, any, 0, 0);
	__u32 busy_headers = 0;
	struct busy_flow *busy = state ? busy_flow_out(packet, state, &busy_headers) : NULL;
	if (busy && is_admitted(busy))
		return ALLOW;
	struct bpf_sock *socket = bpf_sk_fullsock(any);
	if (!socket)
		return ALLOW;
	if (!state)
		state = packet_socket(packet, socket);
	if (!state)
		return ALLOW;
	bool is_connection = packet_protocol(socket) == PROTOCOL_TCP;
	if (is_connection && !(state->flags & SOCKET_BY_PACKET))
		return ALLOW;
	__u32 protocol = packet_protocol(socket);
	struct packet_end end = {};
	if (!read_end(packet, &end, protocol, true))
		return REFUSE; /* the recording hook has counted it as not understood */
	__u32 headers = end.headers;
	if (is_connection) {
		__u16 port;
		if (bpf_skb_load_bytes(packet, end.headers + 2, &port, sizeof port))
			return REFUSE;
		end.port = bpf_ntohs(port);
	}
	__u32 admissions_before = admissions_so_far();
	enum decision decision = decide(end.address, end.port, protocol, state->network_namespace);
	if (busy && decision == DECISION_ALLOW)
		busy->admitted = admissions_before + 1;
	bool own = packet->ifindex == LOOPBACK_IFINDEX && !is_loopback(end.address);
	if (decision == DECISION_ALLOW || (decision == DECISION_IF_OWN && own) ||
	    (decision == DECISION_UNLESS_OWN && !own))
		return ALLOW;
	struct flow_key key = {};
	packet_key(&key, state, &end, is_connection ? state->protocol : protocol);
	if (is_connection) {
		refuse_connection(state, &key);
		return REFUSE;
	}
	__u64 datagrams = datagrams_in(packet);
	struct flow_value *value = count_refusal(&key, state, datagrams);
	if (busy)
		count_sent(busy, packet, -datagrams, -(__u64)(packet->len - busy_headers));
	else if (value)
		take_back(value, packet, datagrams, headers);
	return REFUSE;
}

char LICENSE[] SEC("license") = "GPL";
