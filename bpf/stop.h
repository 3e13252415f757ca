/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Stops test binaries before their first instruction, so that the tracer can
 * attach probes to them: SIGSTOP, which the process gets on its way back from
 * exec. The tracer lets it go; where that is dead or late, its guard does
 * (Sources/CKernelABI/stops.c).
 */
#ifndef PROCESS_TRACER_STOP_H
#define PROCESS_TRACER_STOP_H

#include "path.h"
#include "requests.h"

#define SIGSTOP 19 /* include/uapi/asm-generic/signal.h */

struct stop_table stops SEC(".bss.stops");

#define EACH_BYTE 0x0101010101010101ULL

/* Whether eight characters are hexadecimal digits, all of them at once. */
static __always_inline bool are_digits(__u64 characters)
{
	__u64 digits = characters ^ '0' * EACH_BYTE, letters = characters ^ ('a' - 1) * EACH_BYTE;
	__u64 no_digits = digits + (0x80 - 10) * EACH_BYTE;
	__u64 no_letters = (letters + (0x80 - 7) * EACH_BYTE) | ~(letters + 0x7F * EACH_BYTE);
	return !((characters | (no_digits & no_letters)) & 0x80 * EACH_BYTE);
}

/* NAME-0123456789abcdef, as cargo calls what it builds. */
static __always_inline bool is_hashed(const struct exec_scratch *scratch, __u32 name_length)
{
	if (!settings.stops_hashed || name_length <= 17)
		return false;
	__u64 dash = name_length - 17, first = name_length - 16, second = name_length - 8;
	asm volatile("" : "+r"(dash), "+r"(first), "+r"(second));
	return scratch->data[dash & (NAME_LIMIT - 1)] == '-' &&
	       are_digits(*(__u64 *)(scratch->data + (first & (NAME_LIMIT - 1)))) &&
	       are_digits(*(__u64 *)(scratch->data + (second & (NAME_LIMIT - 1))));
}

#define STOPS 1
#define TELLS 2

/* What the settings say about a name that ends in these bytes, the last one highest: 0 for nothing. */
__noinline int kind_of_name(__u64 bytes, __u32 length)
{
#pragma unroll
	for (int index = 0; index < STOP_PATTERNS; index++) {
		__u64 mask = settings.stop_patterns[index].mask, whole = settings.stop_patterns[index].whole;
		if (!mask || (bytes & mask) != settings.stop_patterns[index].bytes)
			continue;
		if (whole ? length == whole : (bytes & ~mask) != 0)
			return whole ? TELLS : STOPS;
	}
	return 0;
}

/* What is to be done about an executable's name, which the data begin with. */
static __always_inline int stop_kind(const struct exec_scratch *scratch, __u32 name_length)
{
	if (!name_length || name_length >= NAME_LIMIT)
		return 0;
	if (is_hashed(scratch, name_length))
		return STOPS;
	/* The name's end at the end of a word, whatever the compiler makes of the bounds. */
	__u64 start = name_length < sizeof(__u64) ? 0 : name_length - sizeof(__u64);
	__u64 missing = name_length < sizeof(__u64) ? sizeof(__u64) - name_length : 0;
	asm volatile("" : "+r"(start));
	return kind_of_name(*(__u64 *)(scratch->data + (start & (NAME_LIMIT - 1))) << 8 * missing, name_length);
}

struct stopping {
	const struct member *member;
	__u32 pid;
	__u32 found_slot;
};

/* A step of bpf_loop: asks for the stop in this slot, if it is free. */
static long stop_in_slot(__u32 slot, void *context)
{
	struct stopping *stopping = context;
	const struct member *member = stopping->member;
	__u64 entry = (__u64)member->tracer_pid << 32;
	slot &= STOP_SLOTS - 1;
	if (__sync_val_compare_and_swap(&stops.slots[slot], 0, entry | STOP_BEGINS))
		return 0;
	stopping->found_slot = 1;
	struct stop_request *request = bpf_ringbuf_reserve(&stop_requests, sizeof *request, 0);
	/* Behind the exchange, a full barrier: who switches off looks at the slots after that. */
	if (!request || !*(volatile __u32 *)&stops.is_on || bpf_send_signal(SIGSTOP)) {
		if (request)
			bpf_ringbuf_discard(request, BPF_RB_NO_WAKEUP);
		else
			__sync_fetch_and_add(&stops.refused, 1);
		stops.slots[slot] = 0;
		return 1;
	}
	*(volatile __u64 *)&stops.slots[slot] = entry | STOP_SENT;
	submit_request(request, slot, stopping->pid, member);
	return 1;
}

/* What a test started belongs to that test as a whole: nothing in it is to be told apart. */
static __always_inline void stop_at_exec(__u32 pid, __u32 user, int kind)
{
	struct member *member = member_of(pid);
	if (!member || !stops.is_on || !member->tracer_pid || member->inherited_test >> TEST_ID_SHIFT)
		return;
	if (kind == TELLS) {
		tell_tracer(STOP_NO_SLOT, pid, member);
		return;
	}
	if (settings.stop_user != ANY_USER && settings.stop_user != user)
		return;
	struct stopping stopping = {.member = member, .pid = pid};
	bpf_loop(STOP_SLOTS, stop_in_slot, &stopping, 0);
	if (!stopping.found_slot)
		__sync_fetch_and_add(&stops.refused, 1);
}

#endif
