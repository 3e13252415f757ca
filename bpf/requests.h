/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the tracer is asked to do about a process. */
#ifndef PROCESS_TRACER_REQUESTS_H
#define PROCESS_TRACER_REQUESTS_H

#include "session.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8192); /* room for a request from every slot, whatever is told of */
} stop_requests SEC(".maps");

#define TOLD_LIMIT 4096 /* bytes of requests at which nothing more is told of */

static __always_inline void submit_request(struct stop_request *request, __u32 slot, __u32 pid,
					   const struct member *member)
{
	request->slot = slot;
	request->tracer_pid = member->tracer_pid;
	request->process = (struct process_key){.pid = pid, .start = member->start};
	bpf_ringbuf_submit(request, BPF_RB_FORCE_WAKEUP);
}

/* Whether it was told; what is not costs time later, nothing else. */
static __always_inline bool tell_tracer(__u32 what, __u32 pid, const struct member *member)
{
	if (bpf_ringbuf_query(&stop_requests, BPF_RB_AVAIL_DATA) > TOLD_LIMIT)
		return false;
	struct stop_request *request = bpf_ringbuf_reserve(&stop_requests, sizeof *request, 0);
	if (!request)
		return false;
	submit_request(request, what, pid, member);
	return true;
}

#endif
