/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * An object of its own, loaded when a run's first Swift test binary appears:
 * which test runs, as XCTest and Swift Testing say it to themselves, and which
 * task, block and thread works for which test. The probes are on the
 * toolchain's libraries.
 */
#include "swift_testing.h"
#include "xctest.h"

/* Test processes, by their start: the libraries that have the probes are the compiler's as well. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u64);
} swift_processes SEC(".maps");

/* A register by its word in struct pt_regs, of those that calls leave as they are. */
static __always_inline __u64 preserved(const struct pt_regs *registers, __u64 word)
{
	__u64 words[8] = {
	    registers->r15, registers->r14, registers->r13, registers->r12, registers->rbp, registers->rbx,
	};
	asm volatile("" : "+m"(words)); /* else a pointer to the context is computed with, which is refused */
	return words[word & 7];
}

SEC("uprobe")
int on_swift(struct pt_regs *registers)
{
	__u32 process = bpf_get_current_pid_tgid() >> 32;
	struct member *member = member_of(process);
	if (!member)
		return 0;
	if (!(member->flags & MEMBER_RUNS_SWIFT)) {
		__u64 *start = bpf_map_lookup_elem(&swift_processes, &process);
		if (!start || *start != member->start)
			return 0;
		__sync_fetch_and_or(&member->flags, MEMBER_RUNS_SWIFT);
		note_change();
	}
	__u64 cookie = bpf_get_attach_cookie(registers);
	__u32 index = cookie >> SWIFT_COOKIE_SHIFT;
	struct swift_layout *layout = bpf_map_lookup_elem(&swift_layouts, &index);
	if (!layout)
		return 0;
	switch ((__u8)cookie) {
	case SWIFT_TASK_MADE:
		if (!member->runtime) {
			member->swift_layout = index;
			member->runtime = registers->rip - layout->task_made;
		}
		task_created(member, layout, preserved(registers, layout->task_register));
		return 0;
	case SWIFT_EVENT:
		on_event(member, layout, registers->r13);
		return 0;
	case SWIFT_XCTEST_START:
		xctest_starts(member, layout, registers->rdi);
		return 0;
	case SWIFT_XCTEST_FINISH:
		xctest_finishes(member, layout, registers->rdi);
		return 0;
	case SWIFT_XCTEST_AWAIT: {
		struct thread_test *own = own_thread_test();
		if (own)
			set_own_test(own->test, own->flags | THREAD_AWAITS);
		return 0;
	}
	case SWIFT_BLOCK_COPIED:
		block_copied(member, registers->rax);
		return 0;
	case SWIFT_WORKER:
		forget_thread_test();
		return 0;
	case SWIFT_CALLOUT:
		block_called(member, registers->rdi);
		return 0;
	default:
		return 0;
	}
}

char LICENSE[] SEC("license") = "GPL";
