/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Life of processes: membership, fork, exec, and the death of a thread group. */
#ifndef PROCESS_TRACER_PROCESS_H
#define PROCESS_TRACER_PROCESS_H

#include "path.h"

#define PAGE_BYTES 4096

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* the loader sets the number of CPUs */
	__type(key, __u32);
	__type(value, struct exec_scratch);
} exec_scratches SEC(".maps");

/* -------------------------------------------------------------------- fork */

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
	if (child_pid != (__u32)BPF_CORE_READ(child, pid))
		return 0; /* a thread: its group is a member already */
	__u64 thread = bpf_get_current_pid_tgid();
	struct member *forker = member_of(thread >> 32);
	struct event_fork event = {};
	struct member joined = {};
	if (forker) {
		event.parent.pid = thread >> 32;
		event.parent.start = forker->start;
		joined.flags = forker->flags;
		joined.image = forker->image;
		joined.test = forker->test;
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
	emit(EVENT_FORK, &event, sizeof event, wake_flags());
	return 0;
}

/* -------------------------------------------------------------------- exec */

/* The first eight bytes of the keys in RecordedEnvironment (Sources/Trace). */
static __always_inline bool is_recorded_entry(const __u8 *entry)
{
	__u64 start = *(__u64 *)entry;
	return start == 0x435f545345545950ULL /* PYTEST_C */ || start == 0x585f545345545950ULL /* PYTEST_X */ ||
	       start == 0x5f5453455458454eULL /* NEXTEST_ */ || start == 0x5241504543415254ULL /* TRACEPAR */;
}

static long environment_step(__u32 index, struct loop_context *context)
{
	struct exec_scratch *scratch = context->scratch;
	struct environment_state *scan = &scratch->environment;
	__u64 position = scan->position;
	if (position >= scan->end)
		return 1;
	long length = bpf_probe_read_user_str(scratch->entry, ENVIRONMENT_ENTRY_LIMIT, (const void *)position);
	if (length <= 0) {
		scan->cut = 1;
		return 1;
	}
	bool continues = length == ENVIRONMENT_ENTRY_LIMIT;
	if (!scan->continued && is_recorded_entry(scratch->entry)) {
		if (scan->offset + ENVIRONMENT_ENTRY_LIMIT > scan->limit) {
			scan->cut = 1;
			return 1;
		}
		__u64 offset = scan->offset & DATA_MASK;
		long copied =
		    bpf_probe_read_user_str(scratch->data + offset, ENVIRONMENT_ENTRY_LIMIT, (const void *)position);
		if (copied > 0 && copied <= ENVIRONMENT_ENTRY_LIMIT)
			scan->offset += copied;
		if (continues)
			scan->cut = 1;
	}
	scan->continued = continues;
	scan->position = position + (continues ? length - 1 : length);
	return 0;
}

/* Interpreters and runners whose children carry the name of a test: the leaf of the path comes first. */
static __always_inline bool names_tests_in_environment(const __u8 *path)
{
	__u64 start = *(__u64 *)path;
	__u64 six = start & 0xFFFFFFFFFFFFULL;
	return six == 0x6e6f68747970ULL /* python */ || six == 0x747365747970ULL /* pytest */ ||
	       (start & 0xFFFFFFFFULL) == 0x79707970ULL /* pypy */ || start == 0x656e2d6f67726163ULL /* cargo-ne */;
}

static __always_inline void remember_image(struct exec_scratch *scratch, struct member *member)
{
	struct event_exec *event = &scratch->event;
	struct image_key *key = &scratch->image_key;
	key->parent = member->parent;
	key->image = event->image;
	key->test = member->test;
	key->reserved = 0;
	struct image_value *known = bpf_map_lookup_elem(&images, key);
	if (known) {
		count(&known->count);
		return;
	}
	struct image_value *value = &scratch->image_value;
	value->first_time = event->header.time;
	value->count = 1;
	value->first_process = event->header.process;
	value->flags = event->flags & (EXEC_PATH_CUT | EXEC_DELETED);
	value->path_length = event->path_length;
	if (value->path_length > IMAGE_PATH_LIMIT) {
		value->path_length = IMAGE_PATH_LIMIT;
		value->flags |= EXEC_PATH_CUT;
	}
	__builtin_memcpy(value->path, scratch->data, IMAGE_PATH_LIMIT);
	long error = bpf_map_update_elem(&images, key, value, BPF_NOEXIST);
	if (!error)
		return;
	known = bpf_map_lookup_elem(&images, key);
	if (known)
		count(&known->count); /* another CPU was first */
	else
		count(&counters.images_refused);
}

SEC("raw_tp/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_thread, struct linux_binprm *program)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct member *member = member_of(pid);
	if (!member)
		return 0;
	__u32 cpu = bpf_get_smp_processor_id();
	struct exec_scratch *scratch = bpf_map_lookup_elem(&exec_scratches, &cpu);
	if (!scratch) {
		count(&counters.lost[EVENT_EXEC]);
		count(&counters.images_refused);
		return 0;
	}

	struct event_exec *event = &scratch->event;
	event->header.kind = EVENT_EXEC;
	event->header.thread = pid; /* the thread took the leader's id, fs/exec.c de_thread */
	event->header.time = bpf_ktime_get_boot_ns();
	event->header.process.pid = pid;
	event->header.process.reserved = 0;
	event->header.process.start = member->start;
	event->old_thread = old_thread;
	event->namespace_pid = namespace_pid(task);
	event->uid = BPF_CORE_READ(task, cred, euid.val);
	event->gid = BPF_CORE_READ(task, cred, egid.val);
	event->flags = 0;
	event->reserved = 0;

	bool cut = false;
	struct file *file = BPF_CORE_READ(program, file);
	__u32 offset =
	    write_path(scratch, 0, BPF_CORE_READ(file, f_path.dentry), BPF_CORE_READ(file, f_path.mnt), &cut);
	event->path_length = offset;
	if (cut)
		event->flags |= EXEC_PATH_CUT;
	if (!BPF_CORE_READ(file, f_path.dentry, d_hash.pprev))
		event->flags |= EXEC_DELETED;
	event->image.path_hash = hash_path(scratch, offset);
	event->image.inode = BPF_CORE_READ(file, f_inode, i_ino);
	event->image.device = BPF_CORE_READ(file, f_inode, i_sb, s_dev);
	event->image.reserved = 0;

	__u32 before = offset;
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	offset = write_path(scratch, offset, BPF_CORE_READ(fs, pwd.dentry), BPF_CORE_READ(fs, pwd.mnt), &cut);
	event->directory_length = offset - before;
	if (cut)
		event->flags |= EXEC_DIRECTORY_CUT;

	struct mm_struct *memory = BPF_CORE_READ(task, mm);
	__u64 argv = BPF_CORE_READ(memory, arg_start);
	__u64 argv_full_length = BPF_CORE_READ(memory, arg_end) - argv;
	__u64 argv_length = argv_full_length;
	if (argv_length > ARGV_LIMIT)
		argv_length = ARGV_LIMIT;
	event->argv_full_length = argv_full_length;
	__u64 argv_offset = offset;
	asm volatile("" : "+r"(argv_offset));
	argv_offset &= DATA_MASK;
	if (bpf_probe_read_user(scratch->data + argv_offset, argv_length, (const void *)argv)) {
		event->flags |= EXEC_ARGV_UNREADABLE;
		argv_length = 0;
	}
	event->argv_length = argv_length;
	offset += argv_length;

	before = offset;
	if (names_tests_in_environment(scratch->data))
		member->flags |= MEMBER_READS_ENVIRONMENT;
	if (member->flags & MEMBER_READS_ENVIRONMENT) {
		struct environment_state *scan = &scratch->environment;
		scan->position = BPF_CORE_READ(memory, env_start);
		scan->end = BPF_CORE_READ(memory, env_end);
		scan->offset = offset;
		scan->limit = offset + ENVIRONMENT_LIMIT;
		scan->cut = 0;
		scan->continued = 0;
		struct loop_context context = {.scratch = scratch};
		bpf_loop(ENVIRONMENT_SCAN_LIMIT, environment_step, &context, 0);
		if (scan->cut || scan->position < scan->end)
			event->flags |= EXEC_ENVIRONMENT_CUT;
		offset = scan->offset;
	}
	event->environment_length = offset - before;
	member->image = event->image;
	BPF_CORE_READ_INTO(&member->comm, task, comm);
	remember_image(scratch, member);

	__u64 length = offset;
	asm volatile("" : "+r"(length));
	length &= DATA_MASK;
	emit(EVENT_EXEC, scratch, sizeof *event + length, wake_flags());
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
