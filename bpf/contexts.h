/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Which test a goroutine works for. Its context is written when it is created,
 * when a test begins on it and when something is handed to it (go_work.h), and read
 * by the address that the running thread has as its current goroutine.
 */
#ifndef PROCESS_TRACER_CONTEXTS_H
#define PROCESS_TRACER_CONTEXTS_H

struct contexts {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, sizeof(struct context_key));
	__uint(value_size, sizeof(struct context));
};
LATE_TABLE(contexts);

static __always_inline struct context *find_context(__u32 process, __u32 kind, __u64 address)
{
	struct context_key key = {.process = process, .kind = kind, .address = address};
	void *table = late_table(&late_contexts);
	return table ? bpf_map_lookup_elem(table, &key) : NULL;
}

static __always_inline __u32 number_of(const struct member *member, __u64 goroutine)
{
	return read_word(goroutine + member->goroutine_number);
}

/*
 * What tells of a goroutine whose creation was not seen, NULL for nothing: the entry of who created it. That is exact
 * for what a test's own goroutine created; else it is what the creator was last known to work for.
 */
static __always_inline struct context *find_creator(const struct member *member, __u32 process, __u64 goroutine,
						    __u32 number)
{
	struct context *creator =
	    find_context(process, CONTEXT_CREATOR, read_word(goroutine + member->goroutine_creator));
	if (!creator || creator->identity != (__u32)member->start)
		return NULL;
	/* What was seen to be nobody's has no context either; of a test's own goroutine nothing is nobody's. */
	return creator->runs_test || number > member->last_seen ? creator : NULL;
}

static __always_inline __u32 test_of_goroutine(const struct member *member, __u32 process, __u64 goroutine)
{
	struct context *context = find_context(process, CONTEXT_GOROUTINE, goroutine);
	if (member->flags & MEMBER_CREATES_UNSEEN) {
		__u32 number = number_of(member, goroutine);
		/* What was at its address before it says nothing. */
		if (!context || context->identity != number)
			context = find_creator(member, process, goroutine, number);
	}
	return context ? context->test : 0;
}

static __always_inline __u32 test_of_current_goroutine(const struct member *member)
{
	__u64 goroutine = 0;
#ifdef __TARGET_ARCH_x86
	/* Go keeps it in thread-local storage at -8, runtime/asm_amd64.s. */
	struct task_struct *task = (void *)bpf_get_current_task();
	bpf_probe_read_user(&goroutine, sizeof goroutine, (void *)(BPF_CORE_READ(task, thread.fsbase) - 8));
#endif
	return goroutine ? test_of_goroutine(member, bpf_get_current_pid_tgid() >> 32, goroutine) : 0;
}

#endif
