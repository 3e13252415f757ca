/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Which test a goroutine works for. Its context is written when it is created,
 * when a test begins on it and when something is handed to it (go.h), and read
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

static __always_inline __u32 test_of_context(const struct context *context)
{
	if (!context)
		return 0;
	if (context->flags & CONTEXT_RUNS_TEST)
		return at_level(context->test, TEST_LEVEL_EXACT);
	if (context->received)
		return at_level(context->received, TEST_LEVEL_HANDOFF);
	return at_level(context->test, context->flags & CONTEXT_NEVER_WAITED ? TEST_LEVEL_EXACT : TEST_LEVEL_CREATOR);
}

static __always_inline struct context *find_context(__u32 process, __u32 kind, __u64 address)
{
	struct context_key key = {.process = process, .kind = kind, .address = address};
	void *table = late_table(&late_contexts);
	return table ? bpf_map_lookup_elem(table, &key) : NULL;
}

/*
 * What a goroutine's creation gave it that was not seen: exact where a test's own goroutine created it, else what the
 * one that did was last known to work for.
 */
static __always_inline struct context context_by_creator(const struct member *member, __u32 process, __u64 goroutine)
{
	struct context *creator =
	    find_context(process, CONTEXT_CREATOR, read_word(goroutine + member->goroutine_creator));
	struct context context = {};
	if (creator && creator->identity == (__u32)member->start) {
		context.test = creator->test;
		context.flags = creator->flags;
	}
	return context;
}

/* Whether a context is that of the goroutine which is now at its address. */
static __always_inline bool is_current(const struct member *member, const struct context *context, __u64 goroutine)
{
	return !(member->flags & MEMBER_CREATES_UNSEEN) ||
	       (context && context->identity == (__u32)read_word(goroutine + member->goroutine_number));
}

static __always_inline __u32 test_of_goroutine(const struct member *member, __u32 process, __u64 goroutine)
{
	struct context *context = find_context(process, CONTEXT_GOROUTINE, goroutine);
	if (is_current(member, context, goroutine))
		return test_of_context(context);
	struct context created = context_by_creator(member, process, goroutine);
	return test_of_context(&created);
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
