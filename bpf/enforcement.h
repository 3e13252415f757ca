/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Which destinations are refused. The loader compiles the policy into a table
 * by prefix; what the policy says of anything but destinations is judged after
 * the run.
 */
#ifndef PROCESS_TRACER_ENFORCEMENT_H
#define PROCESS_TRACER_ENFORCEMENT_H

#include "flows.h"
#include "host_rules.h"

#define REFUSE 0

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct destination_key);
	__type(value, struct destination_rules);
} destinations SEC(".maps");

/* Addresses of the network namespace that the run started in, loopback aside. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u8[16]);
	__type(value, __u8);
} own_addresses SEC(".maps");

/* The loader fills it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct host_ports);
} host_ports SEC(".maps");

struct enforcement_state enforcement SEC(".data.enforcement");

static __always_inline __u32 transport_of(__u32 protocol)
{
	switch (protocol) {
	case PROTOCOL_TCP:
	case PROTOCOL_MPTCP:
		return TRANSPORT_TCP;
	case PROTOCOL_UDP:
	case PROTOCOL_UDP_LITE:
		return TRANSPORT_UDP;
	default:
		return TRANSPORT_OTHER;
	}
}

/* Without a branch: the verifier follows every one of them. An unused range ends before it begins. */
static __always_inline bool contains(const struct port_set *ports, __u16 port)
{
	__u64 inside = 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < PORT_RANGE_LIMIT; i++) {
		__u64 beyond_first = (__u16)(port - ports->ranges[i].first);
		__u64 width = (__u64)ports->ranges[i].last - ports->ranges[i].first;
		inside |= ~(width - beyond_first) & ~width;
	}
	return inside >> 63;
}

/* What the table says; the last two ask whether the address is one of the socket's own network namespace. */
enum decision {
	DECISION_REFUSE,
	DECISION_ALLOW,
	DECISION_IF_OWN,
	DECISION_UNLESS_OWN,
};

/*
 * What the rules about hosts say of an address, by the names that it is known
 * to have. A function of its own, as the next, of numbers alone: checked once,
 * and not for each way to and from it.
 */
__noinline int decide_by_name(__u64 high, __u64 low, __u32 port, __u32 transport)
{
	__u64 address[2] = {high, low};
	struct named_address *named = bpf_map_lookup_elem(&named_addresses, address);
	if (!named || transport >= TRANSPORTS)
		return DECISION_IF_OWN;
	bool is_allowed = false;
#pragma clang loop unroll(disable)
	for (int i = 0; i < ADDRESS_RULES_LIMIT; i++) {
		__u32 index = named->rules[i] - 1;
		struct host_ports *ports = bpf_map_lookup_elem(&host_ports, &index);
		if (!ports)
			break;
		if (contains(&ports->denied[transport], port))
			return DECISION_REFUSE;
		if (contains(&ports->allowed[transport], port))
			is_allowed = true;
	}
	return is_allowed ? DECISION_ALLOW : DECISION_IF_OWN;
}

/* `network_namespace` is the socket's: names hold in the command's alone. */
__noinline int decide_by_table(__u64 high, __u64 low, __u32 port, __u32 protocol, __u32 network_namespace)
{
	__u64 address[2] = {high, low};
	struct destination_key key = {.prefix_length = 128};
	__builtin_memcpy(key.address, address, sizeof key.address);
	struct destination_rules *rules = bpf_map_lookup_elem(&destinations, &key);
	if (!rules)
		return DECISION_REFUSE;
	__u32 transport = transport_of(protocol);
	enum decision by_name = DECISION_IF_OWN;
	if (settings.enforces_hosts && network_namespace == settings.network_namespace)
		by_name = decide_by_name(high, low, port, transport);
	if (by_name == DECISION_REFUSE)
		return DECISION_REFUSE;
	bool denies_self = contains(&enforcement.denied_self[transport], port);
	if (contains(&rules->allowed[transport], port))
		return denies_self ? DECISION_UNLESS_OWN : DECISION_ALLOW;
	if (contains(&rules->denied[transport], port))
		return DECISION_REFUSE;
	if (by_name == DECISION_ALLOW && rules->admits_names)
		return denies_self ? DECISION_UNLESS_OWN : DECISION_ALLOW;
	return denies_self ? DECISION_REFUSE : DECISION_IF_OWN;
}

static __always_inline enum decision decide(const __u8 address[16], __u16 port, __u32 protocol, __u32 network_namespace)
{
	const __u64 *words = (const __u64 *)address;
	return decide_by_table(words[0], words[1], port, protocol, network_namespace);
}

/* 127.0.0.0/8 and ::1, and the unspecified addresses, which connect(2) takes for them. */
static __always_inline bool is_loopback(const __u8 address[16])
{
	const __u32 *words = (const __u32 *)address;
	if (words[0] || words[1])
		return false;
	if (words[2] == bpf_htonl(0xFFFF))
		return address[12] == 127 || !words[3];
	return !words[2] && bpf_ntohl(words[3]) <= 1;
}

/* Counts a refusal to the destination that the recording hooks, which ran before, have made a flow of. */
static __always_inline struct flow_value *count_refusal(const struct flow_key *key, const struct socket_state *state,
							__u64 times)
{
	bool is_new;
	struct flow_value *value = flow(key, state, &is_new);
	if (!value)
		return NULL;
	__sync_fetch_and_add(&value->refused, times);
	value->last_time = bpf_ktime_get_boot_ns();
	return value;
}

#endif
