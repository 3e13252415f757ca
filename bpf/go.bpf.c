/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What the probes on Go test binaries call; loaded when the first of them
 * appears, with the session's tables. The places are listed in abi/go.h and
 * found by Sources/BinaryAnalysis.
 */
#include "go_tests.h"

#ifdef __TARGET_ARCH_x86
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

char LICENSE[] SEC("license") = "GPL";
