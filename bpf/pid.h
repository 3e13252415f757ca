/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* A process's ids in the PID namespaces that it is in. */
#ifndef PROCESS_TRACER_PID_H
#define PROCESS_TRACER_PID_H

#include "session.h"

static __always_inline struct pid *group_pid(struct task_struct *task)
{
	return BPF_CORE_READ(task, signal, pids[PIDTYPE_TGID]);
}

static __always_inline struct upid *pid_at_level(struct pid *pid, __u32 level)
{
	return (void *)__builtin_preserve_access_index(&pid->numbers[0]) + level * bpf_core_type_size(struct upid);
}

static __always_inline __u32 namespace_pid(struct task_struct *task)
{
	struct pid *pid = group_pid(task);
	struct upid *inner = pid_at_level(pid, BPF_CORE_READ(pid, level));
	return BPF_CORE_READ(inner, nr);
}

#endif
