/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Life of processes: membership, fork, and the death of a thread group. */
#ifndef PROCESS_TRACER_PROCESS_H
#define PROCESS_TRACER_PROCESS_H

#include "exec.h"

#define PAGE_BYTES 4096

/* -------------------------------------------------------------------- fork */

/*
 * Run by the tracer through BPF_PROG_TEST_RUN, never attached: marks the
 * calling thread, by its ids in the initial PID namespace, whatever namespace
 * it lives in. The argument holds FORK_* flags.
 */
SEC("raw_tp/sched_process_fork")
int arm_next_fork(struct bpf_raw_tracepoint_args *context)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pid *pid = group_pid(task);
	tracer_pid_level = BPF_CORE_READ(pid, level);
	armed_flags = context->args[0];
	armed_thread = bpf_get_current_pid_tgid();
	return 0;
}

SEC("raw_tp/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 child_pid = BPF_CORE_READ(child, tgid);
	__u32 child_thread = BPF_CORE_READ(child, pid);
	if (child_pid != child_thread) {
		inherit_thread_test(child_thread); /* its group is a member already */
		return 0;
	}
	__u64 thread = bpf_get_current_pid_tgid();
	struct member *forker = member_of(thread >> 32);
	struct event_fork event = {};
	struct member joined = {};
	if (forker) {
		event.parent.pid = thread >> 32;
		event.parent.start = forker->start;
		joined.flags = forker->flags & ~MEMBER_LANGUAGES;
		joined.image = forker->image;
		joined.test = current_test(forker);
		joined.inherited_test = joined.test;
		__builtin_memcpy(joined.comm, forker->comm, sizeof joined.comm);
	} else if (armed_thread && armed_thread == thread) {
		event.parent.pid = thread >> 32;
		event.parent.start = BPF_CORE_READ(parent, group_leader, start_boottime);
		event.flags = armed_flags;
		joined.flags = armed_flags & FORK_CANARY ? MEMBER_CANARY : 0;
		armed_thread = 0;
	} else {
		return 0;
	}

	struct pid *pid = group_pid(child);
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid *inner = pid_at_level(pid, level);
	if (tracer_pid_level <= level) {
		struct upid *outer = pid_at_level(pid, tracer_pid_level);
		event.tracer_pid = BPF_CORE_READ(outer, nr);
	}
	joined.start = BPF_CORE_READ(child, start_boottime);
	joined.parent = event.parent;
	joined.tracer_pid = event.tracer_pid;
	if (bpf_map_update_elem(&members, &child_pid, &joined, BPF_ANY)) {
		count(&counters.members_refused);
		return 0;
	}
	if (!(joined.flags & MEMBER_CANARY))
		count(&counters.live_members);

	event.header.kind = EVENT_FORK;
	event.header.thread = (__u32)thread;
	event.header.time = bpf_ktime_get_boot_ns();
	event.header.process.pid = child_pid;
	event.header.process.start = joined.start;
	event.namespace_pid = BPF_CORE_READ(inner, nr);
	event.pid_namespace = BPF_CORE_READ(inner, ns, ns.inum);
	event.uid = BPF_CORE_READ(child, cred, euid.val);
	event.gid = BPF_CORE_READ(child, cred, egid.val);
	event.test = joined.test;
	emit(EVENT_FORK, &event, sizeof event, wake_flags());
	return 0;
}

/* -------------------------------------------------------------------- exit */

static __always_inline __u64 group_cpu_time(struct task_struct *task, struct signal_struct *group)
{
	__u64 time = BPF_CORE_READ(group, sum_sched_runtime) + BPF_CORE_READ(task, se.sum_exec_runtime);
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	if (leader != task)
		time += BPF_CORE_READ(leader, se.sum_exec_runtime); /* a dead leader stays until it is reaped */
	return time;
}

SEC("raw_tp/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u32 pid = thread >> 32;
	struct member *member = member_of(pid);
	if (!member)
		return 0;
	forget_thread_test();
	struct signal_struct *group = BPF_CORE_READ(task, signal);
	if (BPF_CORE_READ(group, live.counter))
		return 0;
	struct event_exit event = {};
	event.header.kind = EVENT_EXIT;
	event.header.thread = (__u32)thread;
	event.header.time = bpf_ktime_get_boot_ns();
	event.header.process.pid = pid;
	event.header.process.start = member->start;
	event.wait_status = BPF_CORE_READ(group, group_exit_code);
	event.cpu_time = group_cpu_time(task, group);
	event.peak_rss = (__u64)BPF_CORE_READ(group, maxrss) * PAGE_BYTES;
	bool is_canary = member->flags & MEMBER_CANARY;
	/* Before 6.18 two dying threads can both read 0: the one that deletes reports. */
	if (bpf_map_delete_elem(&members, &pid))
		return 0;
	__u64 flags = wake_flags();
	if (!is_canary && __sync_fetch_and_sub(&counters.live_members, 1) == 1)
		flags = BPF_RB_FORCE_WAKEUP; /* the last one: whoever waits for the session is told */
	emit(EVENT_EXIT, &event, sizeof event, flags);
	return 0;
}

#endif
