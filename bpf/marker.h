/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The marker protocol of abi/markers.h. The state changes within the very call that
 * marks, and its record is in the same ring as all others: what a thread does
 * before and after a marker is told in that order. cgroup programs can be
 * preempted, so the text goes straight into the record.
 */
#ifndef PROCESS_TRACER_MARKER_H
#define PROCESS_TRACER_MARKER_H

#include "marker_record.h"

#define PASS 1
#define REFUSE 0
#define TAKEN -1 /* as optlen: the kernel itself does not look at the option */

/* ------------------------------------------------------------------- state */

static __always_inline __u32 enter(struct member *member, __u32 test, __u32 flags)
{
	set_own_test(test, flags);
	if (!(flags & THREAD_RUNS_BESIDE))
		set_process_test(member, test);
	return test;
}

/* ------------------------------------------------------------------ record */

static __always_inline void emit_marker(const struct event_marker *marker, const void *text)
{
	EMIT_MARKER(bpf_probe_read_kernel, false);
}

/* ---------------------------------------------------------------- programs */

/* The kernel shows a page of an option that may be longer, and takes 0 for "as the caller has it". */
static __always_inline int leave_alone(struct bpf_sockopt *context)
{
	if (context->optlen > (char *)context->optval_end - (char *)context->optval)
		context->optlen = 0;
	return PASS;
}

/* The test of a token, which is what MARKER_ASK_TEST answers; false: there is no such test. */
static __always_inline bool read_token(struct bpf_sockopt *context, __u32 *test)
{
	__u32 *token = context->optval;
	/* The kernel's buffer for a short option is longer than that. */
	if (context->optlen != sizeof *token || (void *)(token + 1) > context->optval_end)
		return false;
	*test = at_level(*token, TEST_LEVEL_EXACT);
	return *token >> TEST_ID_SHIFT <= last_test && !(*token & TEST_LEVEL_MASK);
}

SEC("cgroup/setsockopt")
int on_marker(struct bpf_sockopt *context)
{
	if (context->level != MARKER_LEVEL)
		return leave_alone(context);
	struct member *member = current_member();
	if (!member)
		return PASS;
	__s32 length = context->optlen;
	if (length < 0 || length > MARKER_TEXT_LIMIT)
		return REFUSE;
	struct thread_test *own = own_thread_test();
	__u32 flags = own ? own->flags : 0;
	__u64 thread = bpf_get_current_pid_tgid();
	struct event_marker marker = {
	    .header.kind = EVENT_MARKER,
	    .header.thread = (__u32)thread,
	    .header.time = bpf_ktime_get_boot_ns(),
	    .header.process.pid = thread >> 32,
	    .header.process.start = member->start,
	    .verb = context->optname,
	    .previous = current_test(member),
	    .text_length = length,
	};
	marker.test = marker.previous;
	__u32 token = 0;
	switch (marker.verb) {
	case MARKER_BEGIN:
		marker.test = begin_test(member);
		break;
	case MARKER_THREAD:
		marker.test = begin_test_beside();
		break;
	case MARKER_FIXTURE:
		marker.test = enter(member, new_test(TEST_FIXTURE), flags);
		break;
	case MARKER_PHASE:
	case MARKER_ADAPTER:
		break;
	case MARKER_LEAVE:
		forget_thread_test();
		break;
	case MARKER_END:
		end_test(member, marker.previous, flags);
		break;
	case MARKER_THREAD_END:
		end_test(member, marker.previous, THREAD_RUNS_BESIDE);
		break;
	case MARKER_ADOPT:
		if (!read_token(context, &token))
			return REFUSE;
		if (token)
			set_own_test(token, flags | THREAD_SAYS_SO);
		else
			set_own_test(member->inherited_test, flags & ~THREAD_SAYS_SO);
		break;
	case MARKER_RESUME:
		if (!read_token(context, &token))
			return REFUSE;
		enter(member, token ? token : member->inherited_test, flags);
		break;
	default:
		return REFUSE;
	}
	context->optlen = TAKEN;
	/* A change of hands tells nothing that the records themselves do not carry. */
	if (marker.verb != MARKER_ADOPT && marker.verb != MARKER_RESUME && marker.verb != MARKER_LEAVE)
		emit_marker(&marker, context->optval);
	return PASS;
}

static __always_inline int answer_number(struct bpf_sockopt *context, __u32 number)
{
	__u32 *answer = context->optval;
	if (context->optlen < (__s32)sizeof *answer || (void *)(answer + 1) > context->optval_end)
		return PASS;
	*answer = number;
	context->optlen = sizeof *answer;
	asm volatile("" ::: "memory"); /* one store of both is refused */
	context->retval = 0;
	return PASS;
}

/* The eight digits of a number, the most significant at the lowest address. */
static __always_inline __u64 digits_of(__u64 number)
{
	number = (number | number << 16) & 0x0000FFFF0000FFFFULL;
	number = (number | number << 8) & 0x00FF00FF00FF00FFULL;
	number = (number | number << 4) & 0x0F0F0F0F0F0F0F0FULL;
	__u64 letters = (number + 0x0606060606060606ULL) >> 4 & 0x0101010101010101ULL;
	return bpf_cpu_to_be64(number + 0x3030303030303030ULL + letters * ('a' - '9' - 1));
}

static __always_inline void write_hexadecimal(__u8 *text, __u64 number)
{
	*(__u64 *)text = digits_of(number >> 32);
	*(__u64 *)(text + 8) = digits_of((__u32)number);
}

/* splitmix64's finalizer: Steele, Lea, Flood, "Fast splittable pseudorandom number generators". */
static __always_inline __u64 span_of(__u32 test)
{
	if (!(test >> TEST_ID_SHIFT))
		return settings.run_span;
	__u64 span = settings.run_span + (test >> TEST_ID_SHIFT) * SPAN_STEP;
	span = (span ^ span >> 30) * 0xBF58476D1CE4E5B9ULL;
	span = (span ^ span >> 27) * 0x94D049BB133111EBULL;
	return span ^ span >> 31;
}

static __always_inline int answer_context(struct bpf_sockopt *context, __u32 test)
{
	__u8 *text = context->optval;
	if (context->optlen < TRACEPARENT_LENGTH || (void *)(text + TRACEPARENT_LENGTH) > context->optval_end)
		return PASS;
	__u64 flags = digits_of(settings.trace_flags);
	text[0] = text[1] = '0';
	write_hexadecimal(text + 3, settings.trace_high);
	write_hexadecimal(text + 19, settings.trace_low);
	write_hexadecimal(text + 36, span_of(test));
	*(__u16 *)(text + 53) = flags >> 48;
	text[2] = text[35] = text[52] = '-';
	context->optlen = TRACEPARENT_LENGTH;
	asm volatile("" ::: "memory");
	context->retval = 0;
	return PASS;
}

SEC("cgroup/getsockopt")
int on_marker_question(struct bpf_sockopt *context)
{
	if (context->level != MARKER_LEVEL)
		return leave_alone(context);
	struct member *member = current_member();
	if (!member)
		return PASS;
	switch (context->optname) {
	case MARKER_ASK_VERSION:
		return answer_number(context, MARKER_VERSION);
	case MARKER_ASK_TEST:
		return answer_number(context, current_test(member) & ~TEST_LEVEL_MASK);
	case MARKER_ASK_LEVEL:
		return answer_number(context, current_test(member) & TEST_LEVEL_MASK);
	case MARKER_ASK_CONTEXT:
		return answer_context(context, current_test(member));
	default:
		return PASS;
	}
}

#endif
