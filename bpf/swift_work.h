/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Which task, and which block in a queue, works for which test: what made it says. */
#ifndef PROCESS_TRACER_SWIFT_WORK_H
#define PROCESS_TRACER_SWIFT_WORK_H

#include "swift_record.h"

/* ------------------------------------------------------------------- tasks */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct swift_object);
	__type(value, __u32);
} swift_blocks SEC(".maps");

/* swift/include/swift/ABI/MetadataValues.h, JobFlags: a child task, one of a group, one of async let. */
#define TASK_IS_STRUCTURED (1 << 24 | 1 << 26 | 1 << 28)

static __always_inline void keep(void *table, const struct member *member, __u64 address, __u32 test)
{
	struct swift_object key = {.address = address, .process_start = member->start};
	if (!table)
		return;
	if (!test)
		bpf_map_delete_elem(table, &key);
	else if (bpf_map_update_elem(table, &key, &test, BPF_ANY))
		count(&counters.threads_refused);
}

/* What is unstructured serves its creator's test; a fixture's serves the tests that come after it. */
static __always_inline __u32 created_by(__u32 test)
{
	return test & TEST_FIXTURE ? 0 : at_level(test, TEST_LEVEL_CREATOR);
}

/* The test of the current task or thread, not of its process. */
static __always_inline __u32 own_test(const struct member *member, __u64 task)
{
	if (task)
		return test_of_task(member, task);
	struct thread_test *own = own_thread_test();
	return own ? own->test : 0;
}

static __always_inline void task_created(struct member *member, const struct swift_layout *layout, __u64 child)
{
	__u32 flags = 0;
	bpf_probe_read_user(&flags, sizeof flags, (void *)(child + layout->job_flags));
	__u64 parent = current_swift_task(member);
	__u32 test = own_test(member, parent);
	if (parent && flags & TASK_IS_STRUCTURED) {
		keep(late_table(&late_swift_tasks), member, child, test);
		return;
	}
	struct thread_test *own = own_thread_test();
	if (!parent && own && own->flags & THREAD_AWAITS) {
		set_own_test(own->test, own->flags & ~THREAD_AWAITS);
		keep(late_table(&late_swift_tasks), member, child, test);
		return;
	}
	keep(late_table(&late_swift_tasks), member, child, created_by(test));
}

/* --------------------------------------------------------------- libdispatch */

static __always_inline void block_copied(const struct member *member, __u64 block)
{
	keep(&swift_blocks, member, block, created_by(own_test(member, current_swift_task(member))));
}

/* The main thread takes from a queue only where a test has it wait. */
static __always_inline void block_called(const struct member *member, __u64 block)
{
	__u64 thread = bpf_get_current_pid_tgid();
	if (thread >> 32 == (__u32)thread)
		return;
	__u32 test = swift_test_of(member, &swift_blocks, block);
	if (test)
		set_own_test(test, 0);
	else
		forget_thread_test();
}

#endif
