/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Swift's tasks, which any thread of a pool runs. The one that a thread runs
 * now is in a thread-local variable of the concurrency runtime, whose place
 * the tracer decodes from the runtime's own code (Sources/BinaryAnalysis);
 * bpf/swift.bpf.c keeps which task works for which test.
 */
#ifndef PROCESS_TRACER_SWIFT_TASKS_H
#define PROCESS_TRACER_SWIFT_TASKS_H

#include "session.h"

/* An object of a process: a task, a block that was put into a queue. */
struct swift_object {
	__u64 address;
	__u64 process_start; /* ids of processes are used again */
};

struct swift_tasks {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, sizeof(struct swift_object));
	__uint(value_size, sizeof(__u32));
};
LATE_TABLE(swift_tasks);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SWIFT_LAYOUTS);
	__type(key, __u32);
	__type(value, struct swift_layout);
} swift_layouts SEC(".maps");

#define DTV_ENTRY 16 /* bytes of glibc's dtv_t, sysdeps/x86_64/nptl/tls.h */
#define MODULES_LIMIT 65536

/* The address of the task that the current thread runs, 0 for none. */
static __always_inline __u64 current_swift_task(const struct member *member)
{
	__u32 index = member->swift_layout;
	struct swift_layout *layout = bpf_map_lookup_elem(&swift_layouts, &index);
	if (!layout || !member->runtime)
		return 0;
	struct task_struct *thread = (void *)bpf_get_current_task();
	__u64 pointer = BPF_CORE_READ(thread, thread.fsbase), block = pointer, vector = 0, task = 0;
	__u64 variable[2] = {0, layout->thread_local};
	if (!layout->is_fixed) {
		/* What __tls_get_addr does: "ELF Handling For Thread-Local Storage", section 3.4.6. */
		if (bpf_probe_read_user(variable, sizeof variable, (void *)(member->runtime + layout->thread_local)) ||
		    bpf_probe_read_user(&vector, sizeof vector, (void *)(pointer + 8)) || variable[0] > MODULES_LIMIT ||
		    bpf_probe_read_user(&block, sizeof block, (void *)(vector + variable[0] * DTV_ENTRY)) ||
		    (__s64)block <= 0)
			return 0;
	}
	bpf_probe_read_user(&task, sizeof task, (void *)(block + variable[1] + layout->current_task));
	return task;
}

/* The test of an object of the current process, 0 for none. */
static __always_inline __u32 swift_test_of(const struct member *member, void *table, __u64 address)
{
	struct swift_object key = {.address = address, .process_start = member->start};
	__u32 *test = table ? bpf_map_lookup_elem(table, &key) : NULL;
	return test ? *test : 0;
}

static __always_inline __u32 test_of_task(const struct member *member, __u64 task)
{
	return swift_test_of(member, late_table(&late_swift_tasks), task);
}

#endif
