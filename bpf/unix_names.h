/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Which unix sockets are refused, by their names. */
#ifndef PROCESS_TRACER_UNIX_NAMES_H
#define PROCESS_TRACER_UNIX_NAMES_H

#include "unix.h"

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct unix_name_key);
	__type(value, struct unix_name_rule);
} denied_unix_names SEC(".maps");

/* Without a branch within the loop: the verifier follows every one of them. What is behind a name is zero. */
static __always_inline bool has_slash_from(const struct unix_key *key, __u64 start)
{
	__u64 found = 0;
#pragma clang loop unroll(disable)
	for (__u64 i = 0; i < UNIX_PATH_LIMIT; i++) {
		__u64 difference = (__u8)key->path[i] ^ '/';
		found |= (difference - 1) & ~(i - start);
	}
	return found >> 63;
}

static __always_inline bool is_denied_name(const struct unix_key *key)
{
	struct unix_name_key name = {.prefix_length = key->length * 8};
	__builtin_memcpy(name.path, key->path, sizeof name.path);
	struct unix_name_rule *rule = bpf_map_lookup_elem(&denied_unix_names, &name);
	if (!rule)
		return false;
	if (rule->below || (rule->exact && rule->exact == key->length))
		return true;
	return rule->directory_length != NO_DIRECTORY && !has_slash_from(key, rule->directory_length);
}

#endif
