/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * An object of its own, loaded when a run's first Swift test binary appears:
 * which test runs, as XCTest and Swift Testing say it to themselves, and which
 * task, block and thread works for which test. The probes are on the
 * toolchain's libraries.
 */
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

/* ------------------------------------------------------------- Swift Testing */

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

/* ------------------------------------------------------------------- XCTest */

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

/* ------------------------------------------------------------------ program */

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
