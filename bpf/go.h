/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Goroutines and their tests: which goroutine runs which test, who created
 * whom, and what was handed over through channels and timers. The places are
 * listed in abi/go.h and found by Sources/BinaryAnalysis.
 */
#ifndef PROCESS_TRACER_GO_H
#define PROCESS_TRACER_GO_H

#include "requests.h"
#include "test_records.h"

#ifdef __TARGET_ARCH_x86

/* ----------------------------------------------------------------- contexts */

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

/* ------------------------------------------------------------------ results */

static __always_inline void emit_result(const struct member *member, __u32 test, __u64 common, __u64 cookie)
{
	__u8 failed = 0, skipped = 0;
	bpf_probe_read_user(&failed, 1, (void *)(common + GO_COOKIE_FIRST(cookie)));
	bpf_probe_read_user(&skipped, 1, (void *)(common + GO_COOKIE_SECOND(cookie)));
	if (failed)
		emit_end(member, test, "failed\0", 6);
	else if (skipped)
		emit_end(member, test, "skipped", 7);
	else
		emit_end(member, test, "passed\0", 6);
}

/* -------------------------------------------------------------------- tests */

/* A test's own goroutine. */
static __always_inline void set_runner(const struct member *member, __u32 process, __u64 goroutine, __u32 test)
{
	struct context context = {.test = test, .runs_test = 1, .identity = identity_of(member, goroutine)};
	set_context(process, CONTEXT_GOROUTINE, goroutine, &context);
}

/* Of a goroutine that runs nothing else before or after: what it creates is the test's, whenever that is asked. */
static __always_inline void set_only_runner(const struct member *member, __u32 process, __u64 goroutine, __u32 test)
{
	set_runner(member, process, goroutine, test);
	if (member->goroutine_number)
		set_creator(member, process, identity_of(member, goroutine), test, 1);
}

static __always_inline void begin_on(struct member *member, __u32 process, __u64 goroutine, __u64 name, __u64 length)
{
	/* What only holds the tests of a binary together has no name. */
	if (!length)
		return;
	__u32 test = new_test(0);
	set_only_runner(member, process, goroutine, test);
	emit_begin(member, test, name, length);
}

/* Examples run one after the other, on the goroutine that runs all of them. */
static __always_inline void begin_example(struct member *member, __u32 process, __u64 goroutine, __u64 name,
					  __u64 length)
{
	__u32 test = new_test(0);
	set_runner(member, process, goroutine, test);
	emit_begin(member, test, name, length);
}

/* A benchmark is run again and again, with more rounds, on a goroutine of its own each time. */
static __always_inline void begin_benchmark(struct member *member, __u32 process, __u64 goroutine, __u64 benchmark,
					    __u64 name, __u64 length)
{
	char first = 0;
	bpf_probe_read_user(&first, 1, (void *)name);
	if (first != 'B')
		return; /* "Main", which runs them all */
	struct context *known = find_context(process, CONTEXT_BENCHMARK, benchmark);
	bool is_known = known && known->identity == (__u32)name;
	struct context context = {.identity = name};
	context.test = is_known ? known->test : new_test(0);
	set_only_runner(member, process, goroutine, context.test);
	if (is_known)
		return;
	set_context(process, CONTEXT_BENCHMARK, benchmark, &context);
	emit_begin(member, context.test, name, length);
}

static __always_inline __u32 test_run_by(__u32 process, __u64 goroutine)
{
	struct context *context = find_context(process, CONTEXT_GOROUTINE, goroutine);
	return context && context->runs_test ? context->test : 0;
}

/* --------------------------------------------------------------- goroutines */

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

SEC("uprobe")
int on_go(struct pt_regs *registers)
{
	__u32 process = bpf_get_current_pid_tgid() >> 32;
	struct member *member = member_of(process);
	/* What a test started is that test's as a whole. */
	if (!member || member->inherited_test >> TEST_ID_SHIFT)
		return 0;
	__u64 cookie = bpf_get_attach_cookie(registers);
	__u64 place = GO_COOKIE_PLACE(cookie);
	if (!(member->flags & MEMBER_GOROUTINES)) {
		/* The first thing of all is that the main goroutine is created. */
		bool is_created = place == GO_GOROUTINE_CREATED;
		member->goroutine_number = is_created ? GO_CREATION_NUMBER(cookie) : 0;
		member->goroutine_creator = is_created ? GO_CREATION_PARENT(cookie) : 0;
		member->goroutine_count = 0;
		member->counts_from = bpf_ktime_get_boot_ns();
		__sync_fetch_and_or(&member->flags, MEMBER_GOROUTINES);
		note_change();
	}
	__u64 rax = registers->rax, rbx = registers->rbx, current = registers->r14;
	if (place >= GO_SENT_DIRECTLY && place <= GO_SENT_FROM_WAITING && !read_word(rax))
		return 0; /* a type without a size, its first field (internal/abi): a signal, no work */
	switch (place) {
	case GO_TEST_BEGINS:
	case GO_BENCHMARK_BEGINS: {
		__u64 name = rax + GO_COOKIE_FIRST(cookie);
		__u64 text = read_word(name), length = read_word(name + 8);
		if (place == GO_TEST_BEGINS)
			begin_on(member, process, current, text, length);
		else
			begin_benchmark(member, process, current, rax, text, length);
		break;
	}
	case GO_TEST_ENDS:
	case GO_BENCHMARK_ENDS: {
		__u32 test = test_run_by(process, current);
		if (test)
			emit_result(member, test, rax, cookie);
		break;
	}
	case GO_EXAMPLE_BEGINS:
		begin_example(member, process, current, rax, rbx);
		break;
	case GO_EXAMPLE_ENDS: {
		__u32 test = test_run_by(process, current);
		struct context none = {.identity = identity_of(member, current)};
		if (test)
			emit_end(member, test, "\0\0\0\0\0\0\0", 0);
		/* It ran on the goroutine that runs all of them. */
		set_context(process, CONTEXT_GOROUTINE, current, &none);
		break;
	}
	case GO_GOROUTINE_CREATED:
		if (member->flags & MEMBER_CREATES_UNSEEN)
			break;
		if (member->goroutine_number)
			count_creation(member, process, rax);
		create(member, process, rax, registers->rsp + GO_CREATION_CREATOR(cookie),
		       registers->rsp + GO_CREATION_FUNCTION(cookie));
		break;
	case GO_TIMER_CREATED: {
		struct context context = {.test = test_of_goroutine(member, process, current)};
		if (context.test)
			set_context(process, CONTEXT_TIMER, rbx, &context);
		break;
	}
	case GO_SENT_DIRECTLY:
		receive(member, process, waiter(rbx), test_of_goroutine(member, process, current));
		break;
	case GO_RECEIVED_DIRECTLY:
		receive(member, process, current, test_of_goroutine(member, process, waiter(rbx)));
		break;
	case GO_SENT_TO_BUFFER:
		put_into(member, process, rbx, current);
		break;
	case GO_TAKEN_FROM_BUFFER:
		take_from(member, process, registers->rcx, current);
		break;
	case GO_SENT_FROM_WAITING:
		put_into(member, process, rbx, waiter(read_word(registers->rsp + GO_COOKIE_FIRST(cookie))));
		break;
	case GO_WAITS:
		if (!GO_COOKIE_FIRST(cookie) || GO_COOKIE_FIRST(cookie) == rbx)
			wait(member, process, current);
		break;
	}
	return 0;
}
#else
SEC("uprobe")
int on_go(void *registers)
{
	return 0;
}
#endif

#endif
