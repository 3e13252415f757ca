/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Which goroutine works for which test: who created it, and what was handed over through channels and timers. */
#ifndef PROCESS_TRACER_GO_WORK_H
#define PROCESS_TRACER_GO_WORK_H

#include "requests.h"
#include "tests.h"

static __always_inline void set_context(__u32 process, __u32 kind, __u64 address, const struct context *context)
{
	struct context_key key = {.process = process, .kind = kind, .address = address};
	void *table = late_table(&late_contexts);
	if (!table || bpf_map_update_elem(table, &key, context, BPF_ANY))
		count(&counters.contexts_refused);
}

static __always_inline __u32 identity_of(const struct member *member, __u64 goroutine)
{
	return member->goroutine_number ? number_of(member, goroutine) : 0;
}

/* What goroutines have from now on that this one creates unseen. */
static __always_inline void set_creator(const struct member *member, __u32 process, __u32 number, __u32 test,
					__u32 runs_test)
{
	struct context creator = {.test = test, .runs_test = runs_test, .identity = member->start};
	struct context *former = find_context(process, CONTEXT_CREATOR, number);
	if (former)
		*former = creator;
	else if (test)
		set_context(process, CONTEXT_CREATOR, number, &creator);
}

static __always_inline bool is_exact(__u32 test)
{
	return (test & TEST_LEVEL_MASK) == TEST_LEVEL_EXACT;
}

/*
 * Behind each change of a context that is not a test's own. As long as nothing came to a goroutine from elsewhere, all
 * that it created is what it is.
 */
static __always_inline void note_creator(const struct member *member, __u32 process, const struct context *context)
{
	__u32 test = is_exact(context->test) ? context->test : at_level(context->test, TEST_LEVEL_CREATOR);
	if (member->flags & MEMBER_CREATES_UNSEEN)
		set_creator(member, process, context->identity, test, 0);
}

/* The context of a goroutine, NULL where there is nothing to tell. One whose creation was not seen gets it now. */
static __always_inline struct context *context_of(const struct member *member, __u32 process, __u64 goroutine)
{
	struct context *context = find_context(process, CONTEXT_GOROUTINE, goroutine);
	if (!(member->flags & MEMBER_CREATES_UNSEEN))
		return context;
	struct context created = {.identity = number_of(member, goroutine)};
	if (context && context->identity == created.identity)
		return context;
	struct context *creator = find_creator(member, process, goroutine, created.identity);
	if (creator)
		created.test = creator->test;
	if (!context) {
		if (!created.test)
			return NULL;
		set_context(process, CONTEXT_GOROUTINE, goroutine, &created);
		note_creator(member, process, &created);
		return find_context(process, CONTEXT_GOROUTINE, goroutine);
	}
	/*
	 * Its memory's former goroutine creates nothing more, but what it created may be there still, for which the
	 * entries of the last two are kept; those of tests' own always.
	 */
	struct context_key last_but_one = {.process = process, .kind = CONTEXT_CREATOR, .address = context->former};
	void *table = late_table(&late_contexts);
	if (table && context->former)
		bpf_map_delete_elem(table, &last_but_one);
	created.former = context->runs_test ? 0 : context->identity;
	*context = created;
	note_creator(member, process, context);
	return context;
}

/* What an exact one has once something came to it of which no test is known: who it was made for is all. */
static __always_inline __u32 without_exactness(__u32 test)
{
	return is_exact(test) ? at_level(test, TEST_LEVEL_CREATOR) : test;
}

/*
 * Something came to a goroutine from one that works for `test`. A test's own
 * goroutine stays with it, whatever comes; so does what gets something from an
 * exact one of the same test.
 */
static __always_inline void receive(const struct member *member, __u32 process, __u64 receiver, __u32 test)
{
	struct context *context = context_of(member, process, receiver);
	__u32 handed = at_level(test, TEST_LEVEL_HANDOFF);
	if (!context) {
		struct context received = {.test = handed, .identity = identity_of(member, receiver)};
		if (!handed)
			return;
		set_context(process, CONTEXT_GOROUTINE, receiver, &received);
		note_creator(member, process, &received);
		return;
	}
	if (context->runs_test)
		return;
	if (context->test != test || !is_exact(test))
		context->test = handed ?: without_exactness(context->test);
	note_creator(member, process, context);
}

/*
 * A goroutine that is created costs the probe that tells of it. Where they are
 * so many that this is felt, the tracer is asked to detach it; from then on a
 * goroutine is known by who created it, which the runtime itself keeps.
 */
static __always_inline void count_creation(struct member *member, __u32 process, __u64 goroutine)
{
	__u32 created = __sync_fetch_and_add(&member->goroutine_count, 1) + 1;
	if (created % GO_CREATIONS)
		return;
	__u64 now = bpf_ktime_get_boot_ns(), since = member->counts_from;
	member->counts_from = now;
	if (now - since > GO_CREATIONS_NS || !tell_tracer(STOP_NO_MORE, process, member))
		return;
	/* A processor of the runtime's takes numbers in batches: some that come are lower than this one. */
	member->last_seen = number_of(member, goroutine) - GO_NUMBERS_AHEAD;
	__sync_fetch_and_or(&member->flags, MEMBER_CREATES_UNSEEN);
}

/* The creator and the function are where the pointers point. */
static __always_inline void create(struct member *member, __u32 process, __u64 goroutine, __u64 creator, __u64 function)
{
	__u32 test = test_of_goroutine(member, process, read_word(creator));
	/* The runtime itself, on no goroutine of the program's: a timer. */
	if (!test) {
		struct context *timer = find_context(process, CONTEXT_TIMER, read_word(function));
		test = timer ? at_level(timer->test, TEST_LEVEL_HANDOFF) : 0;
	}
	struct context context = {.test = test, .identity = identity_of(member, goroutine)};
	/*
	 * A goroutine's memory is used again, and what it had before is over. In place: nobody runs it yet, and a new
	 * entry costs several times as much. No entry says the same as an empty one.
	 */
	struct context *former = find_context(process, CONTEXT_GOROUTINE, goroutine);
	if (former)
		*former = context;
	else if (test)
		set_context(process, CONTEXT_GOROUTINE, goroutine, &context);
}

static __always_inline void put_into(const struct member *member, __u32 process, __u64 slot, __u64 sender)
{
	struct context context = {.test = test_of_goroutine(member, process, sender)};
	if (context.test)
		set_context(process, CONTEXT_SLOT, slot, &context);
}

static __always_inline void take_from(const struct member *member, __u32 process, __u64 slot, __u64 receiver)
{
	struct context_key key = {.process = process, .kind = CONTEXT_SLOT, .address = slot};
	void *table = late_table(&late_contexts);
	struct context *sent = table ? bpf_map_lookup_elem(table, &key) : NULL;
	__u32 test = sent ? sent->test : 0;
	if (sent)
		bpf_map_delete_elem(table, &key);
	receive(member, process, receiver, test);
}

static __always_inline void wait(const struct member *member, __u32 process, __u64 goroutine)
{
	struct context *context = context_of(member, process, goroutine);
	if (!context || context->runs_test)
		return;
	context->test = without_exactness(context->test);
	note_creator(member, process, context);
}

/* Who waits on a channel: the first field of a sudog, runtime/runtime2.go. */
static __always_inline __u64 waiter(__u64 sudog)
{
	return read_word(sudog);
}

#endif
