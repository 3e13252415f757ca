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

#define SIGSTOP 19 /* include/uapi/asm-generic/signal.h */

struct stop_table stops SEC(".bss.stops");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* room for a request from every slot */
} stop_requests SEC(".maps");

/* Whether a name that ends in these bytes, the last one highest, has one of the endings of the settings, and more. */
__noinline int has_stopped_ending(__u64 bytes)
{
#pragma unroll
	for (int index = 0; index < STOP_PATTERNS; index++) {
		__u64 mask = settings.stop_patterns[index].mask;
		if (mask && (bytes & mask) == settings.stop_patterns[index].bytes && bytes & ~mask)
			return 1;
	}
	return 0;
}

/* Whether an executable's name, which the data begin with, has one of the endings of the settings. */
static __always_inline bool is_stopped_at_exec(const struct exec_scratch *scratch, __u32 name_length)
{
	if (!name_length || name_length >= NAME_LIMIT)
		return false;
	/* The name's end at the end of a word, whatever the compiler makes of the bounds. */
	__u64 start = name_length < sizeof(__u64) ? 0 : name_length - sizeof(__u64);
	__u64 missing = name_length < sizeof(__u64) ? sizeof(__u64) - name_length : 0;
	asm volatile("" : "+r"(start));
	return has_stopped_ending(*(__u64 *)(scratch->data + (start & (NAME_LIMIT - 1))) << 8 * missing);
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
	request->slot = slot;
	request->tracer_pid = member->tracer_pid;
	request->process = (struct process_key){.pid = stopping->pid, .start = member->start};
	bpf_ringbuf_submit(request, BPF_RB_FORCE_WAKEUP);
	return 1;
}

/* What a test started belongs to that test as a whole: nothing in it is to be told apart. */
static __always_inline void stop_at_exec(__u32 pid, __u32 user)
{
	struct member *member = member_of(pid);
	if (!member || !stops.is_on || !member->tracer_pid || member->inherited_test >> TEST_ID_SHIFT ||
	    (settings.stop_user != ANY_USER && settings.stop_user != user))
		return;
	struct stopping stopping = {.member = member, .pid = pid};
	bpf_loop(STOP_SLOTS, stop_in_slot, &stopping, 0);
	if (!stopping.found_slot)
		__sync_fetch_and_add(&stops.refused, 1);
}

#endif
