/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * An object of its own, loaded when a run's first Rust test binary appears.
 * libtest runs each test on a thread that it makes for it, or on the main
 * thread: a test is that thread's from the function that calls it until its
 * result is known. The places are listed in abi/rust.h and found by
 * Sources/BinaryAnalysis/RustRuntime.
 */
#include "test_records.h"

#ifdef __TARGET_ARCH_x86

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RUST_LAYOUTS);
	__type(key, __u32);
	__type(value, struct rust_layout);
} rust_layouts SEC(".maps");

/* Where the result is put that a thread is about to learn. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u64);
} rust_results SEC(".maps");

static __always_inline bool holds(__u64 description, const struct rust_condition *condition)
{
	return (read_word(description + condition->offset) & condition->mask) == condition->value;
}

static __always_inline void begin(const struct member *member, const struct rust_layout *layout, __u64 description)
{
	__u64 text = 0, length = 0;
	__u8 first;
	for (int index = RUST_NAMES - 1; index >= 0; index--) {
		const struct rust_name *name = &layout->names[index];
		if (holds(description, &name->conditions[0]) && holds(description, &name->conditions[1])) {
			text = read_word(description + name->pointer);
			length = read_word(description + name->length);
		}
	}
	/* What cannot be read is no name: such a test is known by its process only. */
	if (!length || bpf_probe_read_user(&first, sizeof first, (void *)text))
		return;
	emit_begin(member, begin_test_beside(), text, length);
}

static __always_inline void end(struct member *member, bool knows_result, __u64 result)
{
	struct thread_test *own = own_thread_test();
	if (!own || !(own->flags & THREAD_RUNS_BESIDE) || !(own->test >> TEST_ID_SHIFT))
		return;
	__u32 test = own->test;
	if (!knows_result || !result)
		emit_end(member, test, "\0\0\0\0\0\0\0", 0);
	else if (read_word(result) == RUST_RESULT_PASSED)
		emit_end(member, test, "passed\0", 6);
	else
		emit_end(member, test, "failed\0", 6);
	end_test(member, test, THREAD_RUNS_BESIDE);
}

SEC("uprobe")
int on_rust(struct pt_regs *registers)
{
	struct member *member = current_member();
	/* What a test started is that test's as a whole. */
	if (!member || member->inherited_test >> TEST_ID_SHIFT)
		return 0;
	__u64 cookie = bpf_get_attach_cookie(registers);
	__u32 index = cookie >> RUST_COOKIE_SHIFT, thread = bpf_get_current_pid_tgid();
	struct rust_layout *layout = bpf_map_lookup_elem(&rust_layouts, &index);
	if (!layout)
		return 0;
	__u64 first = registers->rdi, second = registers->rsi;
	asm volatile("" : "+r"(first), "+r"(second)); /* the context is not read at a place that is computed */
	switch (cookie & RUST_COOKIE_PLACE) {
	case RUST_TEST_BEGINS:
		begin(member, layout, (layout->description_in_rsi ? second : first) + layout->description);
		break;
	case RUST_RESULT_BEGINS:
		bpf_map_update_elem(&rust_results, &thread, &first, BPF_ANY);
		break;
	case RUST_RESULT_ENDS: {
		__u64 *place = bpf_map_lookup_elem(&rust_results, &thread);
		end(member, layout->knows_result, place ? *place : 0);
		bpf_map_delete_elem(&rust_results, &thread);
		break;
	}
	}
	return 0;
}
#else
SEC("uprobe")
int on_rust(void *registers)
{
	return 0;
}
#endif

char LICENSE[] SEC("license") = "GPL";
