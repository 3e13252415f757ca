/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The tests, examples and benchmarks of a Go test binary, as its testing package begins and ends them. */
#ifndef PROCESS_TRACER_GO_TESTS_H
#define PROCESS_TRACER_GO_TESTS_H

#include "go_work.h"
#include "test_records.h"

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

#endif
