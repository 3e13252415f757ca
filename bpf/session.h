/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What all programs share: the session's tables, its counters, and membership. */
#ifndef PROCESS_TRACER_SESSION_H
#define PROCESS_TRACER_SESSION_H

#include "kernel_types.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "abi.h"

/* ------------------------------------------------------------------- state */

struct session_settings settings SEC(".bss.settings");
struct session_counters counters SEC(".bss.counters");

/* The tracer's thread whose next child joins the session, with FORK_* flags. */
__u64 armed_thread;
__u32 armed_flags;
/* Nesting level of the tracer's PID namespace, learnt when it arms. */
__u32 tracer_pid_level;
/* The session's own cgroup as the kernel points to it, and its level, learnt when the command is executed in it. */
__u64 session_cgroup;
int session_cgroup_level;

/* ------------------------------------------------------------------ tables */
/* Plain hashes, never LRU: a full table refuses, and the refusal is counted. */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 2 << 20); /* the loader scales it with the processors */
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct member);
} members SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct flow_key);
	__type(value, struct flow_value);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct image_key);
	__type(value, struct image_value);
} images SEC(".maps");

/*
 * A large table that few runs need: made when the first program appears that
 * does (LateTable.swift), since making it costs milliseconds.
 */
#define LATE_TABLE(table)                                                                                              \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);                                                              \
		__uint(max_entries, 1);                                                                                \
		__type(key, __u32);                                                                                    \
		__array(values, struct table);                                                                         \
	} late_##table SEC(".maps")

/* The table, NULL as long as nobody needed it. */
static __always_inline void *late_table(void *place)
{
	__u32 first = 0;
	return bpf_map_lookup_elem(place, &first);
}

/* ----------------------------------------------------------------- helpers */

static __always_inline void count(__u64 *counter)
{
	__sync_fetch_and_add(counter, 1);
}

/* Copies between places of the programs' own by a call: it is checked sooner than as many moves of words. */
static __always_inline void copy(void *to, const void *from, __u32 size)
{
	bpf_probe_read_kernel(to, size, from);
}

/* A word of the current process's memory, 0 where that cannot be read. */
static __always_inline __u64 read_word(__u64 address)
{
	__u64 word = 0;
	bpf_probe_read_user(&word, sizeof word, (void *)address);
	return word;
}

/* The reader is woken once a batch, not once a record. */
static __always_inline __u64 wake_flags(void)
{
	return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= settings.wake_threshold ? BPF_RB_FORCE_WAKEUP
											: BPF_RB_NO_WAKEUP;
}

static __always_inline void emit(__u32 kind, void *record, __u64 size, __u64 flags)
{
	if (bpf_ringbuf_output(&events, record, size, flags))
		count(&counters.lost[kind]);
	else
		count(&counters.emitted[kind]);
}

static __always_inline struct member *member_of(__u32 pid)
{
	return bpf_map_lookup_elem(&members, &pid);
}

static __always_inline void learn_session_cgroup(struct task_struct *task)
{
	if (!settings.session_cgroup || session_cgroup)
		return;
	struct cgroup *cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	if (BPF_CORE_READ(cgroup, kn, id) != settings.session_cgroup)
		return;
	session_cgroup_level = BPF_CORE_READ(cgroup, level);
	session_cgroup = (__u64)cgroup;
}

static __always_inline struct member *current_member(void)
{
	return member_of(bpf_get_current_pid_tgid() >> 32);
}

#endif
