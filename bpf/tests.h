/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Which test the running thread works for. Task storage cannot be reached from
 * cgroup programs before 6.18, so a thread's test is in a table by thread id:
 * set by its markers, passed on at fork, moved at exec, gone at its end. Only
 * the thread itself, or the one that creates it, writes its entry.
 */
#ifndef PROCESS_TRACER_TESTS_H
#define PROCESS_TRACER_TESTS_H

#include "session.h"
#include "swift_tasks.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct thread_test);
} threads SEC(".maps");

/* Whether the table ever had an entry: without markers nobody looks into it. */
bool has_thread_tests SEC(".bss.threads");

/* The id of the last test that began. */
__u32 last_test SEC(".bss.last_test");

/*
 * Counts everything after which a task may be another one, or work for another test: as long as it stays, what was
 * found about a task holds. Whoever changes such a thing counts behind the change; whoever keeps what he found keeps
 * the count of before he looked. What runs goroutines or Swift tasks has no such thing kept.
 */
__u32 test_changes SEC(".bss.changes");

static __always_inline void note_change(void)
{
	__sync_fetch_and_add(&test_changes, 1);
}

static __always_inline __u32 changes_so_far(void)
{
	return *(volatile __u32 *)&test_changes;
}

static __always_inline struct thread_test *own_thread_test(void)
{
	if (!has_thread_tests)
		return NULL;
	__u32 thread = bpf_get_current_pid_tgid();
	return bpf_map_lookup_elem(&threads, &thread);
}

static __always_inline __u32 at_level(__u32 test, __u32 level)
{
	return test >> TEST_ID_SHIFT ? (test & ~TEST_LEVEL_MASK) | level : 0;
}

static __always_inline __u32 new_test(__u32 kind)
{
	__u32 id = __sync_fetch_and_add(&last_test, 1) + 1;
	return id < TEST_ID_LIMIT ? id << TEST_ID_SHIFT | kind | TEST_LEVEL_EXACT : 0;
}

#include "contexts.h"

/*
 * The test of what the current thread does now: its own where it says that it
 * works for a part of a test, else that of the goroutine or task that runs on
 * it, else its own, else that of its process. A function of its own, so that
 * its ways are not checked again with all that follows each of its calls, and
 * only one, since every program checks it anew.
 */
__noinline __u32 test_of_current_thread(const struct member *member)
{
	if (!member)
		return 0; /* never; the kernel asks for the question */
	struct thread_test *own = own_thread_test();
	__u32 test = own ? own->test : member->test;
	if ((own && own->flags & THREAD_SAYS_SO) || !(member->flags & MEMBER_LANGUAGES))
		return test;
	if (member->flags & MEMBER_GOROUTINES)
		return test_of_current_goroutine(member) ?: test;
	__u64 task = current_swift_task(member);
	return task ? test_of_task(member, task) ?: member->test : test;
}

static __always_inline __u32 current_test(const struct member *member)
{
	return test_of_current_thread(member);
}

/* What threads without a test of their own are working for: nobody knows while several are open. */
static __always_inline void set_process_test(struct member *member, __u32 test)
{
	member->test = member->open_tests > 1 ? 0 : at_level(test, TEST_LEVEL_PROCESS);
	note_change();
}

/* A thread whose test is refused a place falls to its process's, which is told as such. */
static __always_inline void set_thread_test(__u32 thread, __u32 test, __u32 flags)
{
	struct thread_test entry = {.test = test, .flags = flags};
	has_thread_tests = true;
	if (bpf_map_update_elem(&threads, &thread, &entry, BPF_ANY))
		count(&counters.threads_refused);
	note_change();
}

static __always_inline void set_own_test(__u32 test, __u32 flags)
{
	set_thread_test(bpf_get_current_pid_tgid(), test, flags);
}

static __always_inline __u32 begin_test(struct member *member)
{
	__u32 test = new_test(0);
	set_own_test(test, 0);
	__sync_fetch_and_add(&member->open_tests, 1);
	set_process_test(member, test);
	return test;
}

/* Of this thread alone, whatever runs on it. */
static __always_inline __u32 begin_test_beside(void)
{
	__u32 test = new_test(0);
	set_own_test(test, THREAD_RUNS_BESIDE | THREAD_SAYS_SO);
	return test;
}

/* Behind its last test a thread, and a process, has what it was forked with. */
static __always_inline void end_test(struct member *member, __u32 test, __u32 flags)
{
	bool is_fixture = test & TEST_FIXTURE;
	set_own_test(member->inherited_test, is_fixture ? flags : 0);
	if (flags & THREAD_RUNS_BESIDE)
		return;
	if (member->open_tests && !is_fixture)
		__sync_fetch_and_add(&member->open_tests, -1);
	member->test = member->open_tests ? 0 : member->inherited_test;
	note_change();
}

/*
 * A thread that a test's thread creates. One that a fixture creates serves the
 * tests that come after it: it has its process's.
 */
static __always_inline void inherit_thread_test(__u32 child)
{
	struct member *member = current_member();
	if (!member)
		return;
	struct thread_test *own = own_thread_test();
	__u32 test = own ? own->test : 0;
	if (member->flags & MEMBER_RUNS_SWIFT) {
		__u64 task = current_swift_task(member);
		if (task)
			test = test_of_task(member, task);
	}
	if (test && !(test & TEST_FIXTURE))
		set_thread_test(child, at_level(test, TEST_LEVEL_CREATOR), 0);
}

static __always_inline void forget_thread_test(void)
{
	__u32 thread = bpf_get_current_pid_tgid();
	bpf_map_delete_elem(&threads, &thread);
	note_change();
}

/* At exec one thread is left, under its leader's id, and all that follows is its test's. */
static __always_inline __u32 become_test_of(struct member *member, __u32 old_thread)
{
	struct thread_test *own = bpf_map_lookup_elem(&threads, &old_thread);
	if (own) {
		member->test = own->test;
		bpf_map_delete_elem(&threads, &old_thread);
	}
	member->inherited_test = member->test;
	member->open_tests = 0;
	member->open_sum = 0;
	member->flags &= ~MEMBER_LANGUAGES;
	note_change();
	return member->test;
}

#endif
