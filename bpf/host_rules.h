/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Which rules hold for an address, by the names that answers gave it: learnt
 * where a run enforces rules about hosts, before the answer reaches the program
 * that asked. An address once learnt stays so: programs keep addresses longer
 * than DNS lets them.
 */
#ifndef PROCESS_TRACER_HOST_RULES_H
#define PROCESS_TRACER_HOST_RULES_H

#include "session.h"

/* The loader fills it. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, HOST_LIMIT);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct host_key);
	__type(value, struct host_rule);
} host_rules SEC(".maps");

struct named_address {
	__u32 rules[ADDRESS_RULES_LIMIT]; /* of its names, 0: none */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1); /* the loader says how many where rules name hosts */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u8[16]);
	__type(value, struct named_address);
} named_addresses SEC(".maps");

/* Counts rules that came to hold for an address: what was decided before may be decided otherwise now. */
__u32 admissions SEC(".bss.admitted");

static __always_inline __u32 admissions_so_far(void)
{
	return *(volatile __u32 *)&admissions;
}

/* The rules for a name, 0: none. */
static __always_inline __u32 rules_of_host(const struct host_key *host)
{
	struct host_rule *rule = host->prefix_length ? bpf_map_lookup_elem(&host_rules, host) : NULL;
	if (!rule)
		return 0;
	return rule->prefix_length == host->prefix_length ? rule->exact : rule->below;
}

/* The rules hold for this address from now on. False: there is no room, and they do not. */
static __always_inline bool admit(const __u8 address[16], __u32 rules)
{
	struct named_address *known = bpf_map_lookup_elem(&named_addresses, address);
	if (!known) {
		struct named_address first = {.rules = {rules}};
		if (!bpf_map_update_elem(&named_addresses, address, &first, BPF_NOEXIST))
			__sync_fetch_and_add(&admissions, 1);
		known = bpf_map_lookup_elem(&named_addresses, address);
		if (!known)
			return false;
	}
#pragma clang loop unroll(disable)
	for (int i = 0; i < ADDRESS_RULES_LIMIT; i++) {
		__u32 before = __sync_val_compare_and_swap(&known->rules[i], 0, rules);
		if (!before)
			__sync_fetch_and_add(&admissions, 1);
		if (!before || before == rules)
			return true;
	}
	return false;
}

#endif
