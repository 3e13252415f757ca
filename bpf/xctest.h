/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The tests of XCTest, by the objects that it starts and finishes. */
#ifndef PROCESS_TRACER_XCTEST_H
#define PROCESS_TRACER_XCTEST_H

#include "swift_work.h"

/* swift/docs/ABI/TypeMetadata.rst, nominal type descriptors */
#define CONTEXT_PARENT 4
#define CONTEXT_NAME 8
#define CONTEXT_KIND 0x1F
#define CONTEXT_IS_MODULE 0
#define CONTEXT_DEPTH 8

static __always_inline __u64 relative_target(__u64 address)
{
	__s32 distance = 0;
	bpf_probe_read_user(&distance, sizeof distance, (void *)address);
	__u64 target = address + (__s64)(distance & ~1);
	return !distance ? 0 : distance & 1 ? read_word(target) : target;
}

/* The name of the module that a class is of. */
static __always_inline void read_module(struct piece *piece, const struct swift_layout *layout, __u64 object)
{
	__u64 context = read_word(read_word(object) + layout->class_descriptor);
	for (int depth = 0; depth < CONTEXT_DEPTH && context; depth++) {
		__u32 flags = 0;
		if (bpf_probe_read_user(&flags, sizeof flags, (void *)context))
			return;
		if ((flags & CONTEXT_KIND) == CONTEXT_IS_MODULE) {
			piece->address = relative_target(context + CONTEXT_NAME);
			piece->length = piece->address ? C_STRING : 0;
			return;
		}
		context = relative_target(context + CONTEXT_PARENT);
	}
}

static __always_inline void xctest_starts(struct member *member, const struct swift_layout *layout, __u64 test_case)
{
	struct pieces pieces = {.names = 1, .flags = SWIFT_TEST_XCTEST};
	read_module(&pieces.each[MODULE_PIECE], layout, test_case);
	read_string(&pieces.each[FIRST_NAME], test_case + layout->xctest_name);
	__u32 previous = current_test(member);
	__u32 test = begin_test(member);
	tell_test(member, test, previous, &pieces, 0);
}

static __always_inline void xctest_finishes(struct member *member, const struct swift_layout *layout, __u64 test_case)
{
	struct thread_test *own = own_thread_test();
	if (!own || !own->test)
		return;
	__u32 test = own->test;
	__u64 run = read_word(test_case + layout->xctest_run);
	bool is_failed = read_word(run + layout->run_failures) || read_word(run + layout->run_exceptions);
	bool is_skipped = read_word(run + layout->run_skipped) & 1;
	end_test(member, test, 0);
	if (!run)
		tell_end(member, test, test, "\0\0\0\0\0\0\0", 0);
	else if (is_failed)
		tell_end(member, test, test, "failed\0", 6);
	else if (is_skipped)
		tell_end(member, test, test, "skipped", 7);
	else
		tell_end(member, test, test, "passed\0", 6);
}

#endif
