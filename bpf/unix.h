/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Unix sockets by the name that a process connects or sends to. */
#ifndef PROCESS_TRACER_UNIX_H
#define PROCESS_TRACER_UNIX_H

#include "flows.h"

#define AF_UNIX 1

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct unix_key);
	__type(value, struct unix_value);
} unix_flows SEC(".maps");

/* The entry of a named peer, made if absent. NULL: refused, and counted. */
static __always_inline struct unix_value *unix_flow(const struct unix_key *key, const struct member *member)
{
	struct unix_value *value = bpf_map_lookup_elem(&unix_flows, key);
	if (value)
		return value;
	struct unix_value first = {.first_time = bpf_ktime_get_boot_ns(), .image = member->image};
	__builtin_memcpy(first.comm, member->comm, sizeof first.comm);
	bpf_map_update_elem(&unix_flows, key, &first, BPF_NOEXIST);
	value = bpf_map_lookup_elem(&unix_flows, key);
	if (!value)
		count(&counters.flows_refused);
	return value;
}

/*
 * Fills a key with the name in a `struct sockaddr_un` of the kernel's; false where it has none. A path ends at its
 * NUL, wherever the caller said that the address ends; an abstract name does not. The rest of the key stays zero.
 */
static __always_inline bool unix_key_of(struct unix_key *key, const struct member *member, __u32 type,
					const void *address, __u32 address_length)
{
	if (address_length <= sizeof(__u16) || address_length > sizeof(__u16) + UNIX_PATH_LIMIT)
		return false;
	__u32 length = address_length - sizeof(__u16);
	asm volatile("" : "+r"(length));
	if (length > UNIX_PATH_LIMIT)
		return false;
	const void *name = address + sizeof(__u16);
	char first;
	if (bpf_probe_read_kernel(&first, sizeof first, name))
		return false;
	key->process.pid = bpf_get_current_pid_tgid() >> 32;
	key->process.start = member->start;
	key->test = current_test(member);
	key->type = type;
	if (first) {
		/* One byte more than the path may have, for the NUL that this adds: `reserved` is there for it. */
		long read = bpf_probe_read_kernel_str(key->path, length + 1, name);
		if (read <= 0)
			return false;
		key->length = read - 1;
		return true;
	}
	if (bpf_probe_read_kernel(key->path, length, name))
		return false;
	key->length = length;
	return true;
}

#endif
