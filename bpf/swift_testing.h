/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The tests of Swift Testing, as it tells its own event handlers of them. */
#ifndef PROCESS_TRACER_SWIFT_TESTING_H
#define PROCESS_TRACER_SWIFT_TESTING_H

#include "swift_work.h"

/* Tests that have begun and not ended. */
struct open_swift_test {
	__u32 before; /* its task's test before */
	__u32 flags;  /* OPEN_* */
};
#define OPEN_CASE 1
#define OPEN_FAILED 2
#define OPEN_SKIPPED 4

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32); /* without its level */
	__type(value, struct open_swift_test);
} open_swift_tests SEC(".maps");

static __always_inline struct open_swift_test *open_test(__u32 test)
{
	__u32 key = test & ~TEST_LEVEL_MASK;
	return bpf_map_lookup_elem(&open_swift_tests, &key);
}

/* Whether a function's name ends in ":)". */
static __always_inline bool has_parameters(const struct piece *name)
{
	char end[2] = {};
	if (name->length < sizeof end)
		return false;
	bpf_probe_read_user(end, sizeof end, (void *)(name->address + name->length - sizeof end));
	return end[0] == ':' && end[1] == ')';
}

/* Reads a test's id; false for a suite's, which has no place in a file. */
static __always_inline bool read_test(struct pieces *pieces, const struct swift_layout *layout, __u64 event,
				      __u32 *line, bool *has_cases)
{
	__u64 id = event + layout->event_test;
	__u64 location = id + layout->id_location;
	read_string(&pieces->each[MODULE_PIECE], id + layout->id_module);
	read_names(pieces, read_word(id + layout->id_names));
	/* nil is an id or a place without its first string. */
	if (!read_word(location + sizeof(__u64)))
		return false;
	read_string(&pieces->each[FILE_PIECE], location + layout->location_path);
	*line = read_word(location + layout->location_line);
	if (pieces->names > 0 && pieces->names <= SWIFT_NAMES)
		*has_cases = has_parameters(&pieces->each[FIRST_NAME + pieces->names - 1]);
	return true;
}

/*
 * What threads without a test of their own work for, behind the end of a test:
 * the one that is left. While tests begin and end on several threads the sum
 * may be of others, and is no test's that is open.
 */
static __always_inline void set_remaining_test(struct member *member)
{
	__u32 open = member->open_tests, test = member->open_sum;
	if (!open)
		member->test = member->inherited_test;
	else if (open > 1 || !open_test(test))
		member->test = 0;
	else
		member->test = at_level(test, TEST_LEVEL_PROCESS);
	/* One that began meanwhile has set nothing or has been overwritten. */
	if (*(volatile __u32 *)&member->open_tests > 1)
		member->test = 0;
}

static __always_inline void begin(struct member *member, __u64 task, __u32 test, __u32 flags)
{
	struct open_swift_test open = {.before = own_test(member, task), .flags = flags};
	__u32 key = test & ~TEST_LEVEL_MASK;
	if (bpf_map_update_elem(&open_swift_tests, &key, &open, BPF_ANY)) {
		count(&counters.threads_refused);
		return;
	}
	keep(late_table(&late_swift_tasks), member, task, test);
	if (test & TEST_FIXTURE)
		return;
	__sync_fetch_and_add(&member->open_sum, key);
	__sync_fetch_and_add(&member->open_tests, 1);
	set_process_test(member, test);
}

static __always_inline void end(struct member *member, const struct swift_layout *layout, __u64 task, __u32 case_flag)
{
	__u32 test = own_test(member, task);
	struct open_swift_test *open = open_test(test);
	if (!open || (open->flags & OPEN_CASE) != case_flag)
		return;
	__u32 before = open->before, flags = open->flags;
	__u32 key = test & ~TEST_LEVEL_MASK;
	bpf_map_delete_elem(&open_swift_tests, &key);
	keep(late_table(&late_swift_tasks), member, task, before);
	if (!(test & TEST_FIXTURE)) {
		__sync_fetch_and_add(&member->open_sum, -key);
		if (member->open_tests)
			__sync_fetch_and_add(&member->open_tests, -1);
		set_remaining_test(member);
	}
	if (flags & OPEN_SKIPPED)
		tell_end(member, test, test, "skipped", 7);
	else if (!layout->knows_failure)
		tell_end(member, test, test, "\0\0\0\0\0\0\0", 0);
	else if (flags & OPEN_FAILED)
		tell_end(member, test, test, "failed\0", 6);
	else
		tell_end(member, test, test, "passed\0", 6);
}

static __always_inline bool compare(const struct swift_comparison *comparison, __u64 object)
{
	return (read_word(object + comparison->offset) & comparison->mask) == comparison->value;
}

#define BOX_HEADER 16 /* of an object that holds an indirect payload */

static __always_inline void note(const struct member *member, const struct swift_layout *layout, __u64 kind)
{
	__u64 tag = kind >> (layout->tag_shift & 63);
	__u32 flag = 0;
	if (tag == layout->issue_tag) {
		__u64 issue = (kind & layout->payload_mask) + BOX_HEADER;
		if (compare(&layout->failure_if, issue) && !compare(&layout->failure_unless, issue))
			flag = OPEN_FAILED;
	} else if (tag == layout->cancelled_tag || tag == layout->case_cancelled_tag) {
		flag = OPEN_SKIPPED;
	}
	struct open_swift_test *open = flag ? open_test(current_test(member)) : NULL;
	if (open)
		open->flags |= flag;
}

static __always_inline void on_event(struct member *member, const struct swift_layout *layout, __u64 event)
{
	__u64 kind = read_word(event + layout->event_kind);
	__u64 task = current_swift_task(member);
	if (kind == layout->case_ended || kind == layout->test_ended) {
		end(member, layout, task, kind == layout->case_ended ? OPEN_CASE : 0);
		return;
	}
	bool is_case = kind == layout->case_started;
	bool is_skipped = kind >> (layout->tag_shift & 63) == layout->skipped_tag;
	if (!is_case && !is_skipped && kind != layout->test_started) {
		note(member, layout, kind);
		return;
	}
	/* Of no test: its id is nil. */
	if (!read_word(event + layout->event_test + sizeof(__u64)))
		return;
	struct pieces pieces = {};
	__u64 arguments = 0;
	if (is_case) {
		arguments = read_word(event + layout->event_case + layout->case_arguments);
		/* 0 and 1: a case or arguments that are nil, as those of a test without parameters. */
		if (arguments <= 1)
			return;
		read_arguments(&pieces, layout, arguments);
		pieces.flags |= SWIFT_TEST_CASE;
	}
	__u32 line = 0;
	bool has_cases = false;
	bool is_function = read_test(&pieces, layout, event, &line, &has_cases);
	__u32 previous = own_test(member, task);
	if (is_skipped) {
		if (!is_function)
			return;
		__u32 test = new_test(0);
		pieces.flags |= SWIFT_TEST_SKIPPED;
		tell_test(member, test, previous, &pieces, line);
		tell_end(member, test, previous, "skipped", 7);
		return;
	}
	if (!task)
		return;
	__u32 test = new_test(!is_case && (has_cases || !is_function) ? TEST_FIXTURE : 0);
	begin(member, task, test, is_case ? OPEN_CASE : 0);
	tell_test(member, test, previous, &pieces, line);
}

#endif
