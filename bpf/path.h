/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Paths by dentry walk, across mounts (bpf_d_path loads nowhere in an exec
 * tracepoint). Components are written leaf first, each followed by '/'; the
 * reader turns them round.
 */
#ifndef PROCESS_TRACER_PATH_H
#define PROCESS_TRACER_PATH_H

#include "session.h"

/* Offsets are masked to DATA_SIZE; the rest is room for the longest single read. */
#define DATA_SIZE 65536
#define DATA_MASK (DATA_SIZE - 1)
#define NAME_LIMIT 256 /* NAME_MAX and its NUL */

/* Where loops keep their place: in a map value, since the verifier unrolls a loop whose stack changes. */
struct walk_state {
	struct dentry *dentry;
	struct mount *mount;
	__u32 start;
	__u32 offset;
	__u32 limit;
	__u32 done;
};

struct hash_state {
	__u64 hash;
	__u32 words;
};

struct environment_state {
	__u64 position;
	__u64 end;
	__u32 offset;
	__u32 limit;
	__u32 cut;
	__u32 continued; /* the last read stopped inside an entry */
};

/* One per CPU in a plain array: a per-CPU value may not pass 32 KiB. Used in tracepoint programs only. */
struct exec_scratch {
	struct event_exec event;
	__u8 data[DATA_SIZE + ARGV_LIMIT];
	__u8 entry[ENVIRONMENT_ENTRY_LIMIT];
	struct image_key image_key;
	struct image_value image_value;
	struct walk_state walk;
	struct hash_state hash;
	struct environment_state environment;
};

struct loop_context {
	struct exec_scratch *scratch;
};

static long walk_step(__u32 index, struct loop_context *context)
{
	struct exec_scratch *scratch = context->scratch;
	struct walk_state *walk = &scratch->walk;
	struct dentry *dentry = walk->dentry;
	struct mount *mount = walk->mount;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	struct dentry *root = BPF_CORE_READ(mount, mnt.mnt_root);
	bool is_memory_file = dentry == parent && dentry != root && walk->offset == walk->start;
	if ((dentry == root || dentry == parent) && !is_memory_file) { /* a memfd is its own parent */
		struct mount *above = BPF_CORE_READ(mount, mnt_parent);
		if (above == mount || dentry != root) {
			walk->done = 1;
			return 1;
		}
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = above;
		return 0;
	}
	__u64 offset = walk->offset & DATA_MASK;
	long length = bpf_probe_read_kernel_str(scratch->data + offset, NAME_LIMIT, BPF_CORE_READ(dentry, d_name.name));
	if (length <= 0 || length > NAME_LIMIT || walk->offset + length > walk->limit)
		return 1;
	__u64 slash = offset + length - 1;
	asm volatile("" : "+r"(slash));
	scratch->data[slash & DATA_MASK] = '/';
	walk->offset += length;
	walk->dentry = parent;
	return 0;
}

/* Writes the path at `offset`; the new offset is the result, `cut` tells that the path went on. */
static __always_inline __u32 write_path(struct exec_scratch *scratch, __u32 offset, struct dentry *dentry,
					struct vfsmount *mount, bool *cut)
{
	scratch->walk.dentry = dentry;
	scratch->walk.mount = (void *)mount - bpf_core_field_offset(struct mount, mnt);
	scratch->walk.start = offset;
	scratch->walk.offset = offset;
	scratch->walk.limit = offset + PATH_LIMIT;
	scratch->walk.done = 0;
	struct loop_context context = {.scratch = scratch};
	bpf_loop(PATH_DEPTH_LIMIT, walk_step, &context, 0);
	*cut = !scratch->walk.done;
	return scratch->walk.offset;
}

static long hash_step(__u32 index, struct loop_context *context)
{
	struct exec_scratch *scratch = context->scratch;
	struct hash_state *state = &scratch->hash;
	if (index >= state->words || index >= PATH_LIMIT / 8)
		return 1;
	__u64 mixed = (state->hash ^ *(__u64 *)(scratch->data + index * 8)) * 0x9E3779B97F4A7C15ULL;
	state->hash = mixed ^ (mixed >> 29);
	return 0;
}

/* Hash of the first `length` bytes of the data. */
static __always_inline __u64 hash_path(struct exec_scratch *scratch, __u32 length)
{
	__u64 end = length;
	asm volatile("" : "+r"(end));
	*(__u64 *)(scratch->data + (end & (PATH_LIMIT * 2 - 1))) = 0;
	scratch->hash.hash = settings.path_hash_seed ^ length;
	scratch->hash.words = (length + 7) / 8;
	struct loop_context context = {.scratch = scratch};
	bpf_loop(PATH_LIMIT / 8, hash_step, &context, 0);
	return scratch->hash.hash;
}

#endif
