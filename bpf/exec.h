/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What a process becomes: path, arguments, working directory, the name of its test, and the image table. */
#ifndef PROCESS_TRACER_EXEC_H
#define PROCESS_TRACER_EXEC_H

#include "path.h"
#include "pid.h"
#include "stop.h"
#include "tests.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* the loader sets the number of CPUs */
	__type(key, __u32);
	__type(value, struct exec_scratch);
} exec_scratches SEC(".maps");

/* The first eight bytes of the keys in RecordedEnvironment (Sources/Trace), cargo's left out: the tracer reads that. */
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

/* A function of its own: what it does is not checked again for each way that leads to it. */
__noinline int remember_image(__u32 cpu, __u32 pid)
{
	struct exec_scratch *scratch = bpf_map_lookup_elem(&exec_scratches, &cpu);
	struct member *member = member_of(pid);
	if (!scratch || !member)
		return 0;
	struct event_exec *event = &scratch->event;
	struct image_key *key = &scratch->image_key;
	key->parent = member->parent;
	key->image = event->image;
	key->test = member->test;
	key->reserved = 0;
	struct image_value *known = bpf_map_lookup_elem(&images, key);
	if (known) {
		count(&known->count);
		return 0;
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
	copy(value->path, scratch->data, sizeof value->path);
	long error = bpf_map_update_elem(&images, key, value, BPF_NOEXIST);
	if (!error)
		return 0;
	known = bpf_map_lookup_elem(&images, key);
	if (known)
		count(&known->count); /* another CPU was first */
	else
		count(&counters.images_refused);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_thread, struct linux_binprm *program)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct member *member = member_of(pid);
	if (!member)
		return 0;
	learn_session_cgroup(task);
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
	event->test = become_test_of(member, old_thread);

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
	remember_image(cpu, pid);

	__u64 length = offset;
	asm volatile("" : "+r"(length));
	length &= DATA_MASK;
	emit(EVENT_EXEC, scratch, sizeof *event + length, wake_flags());
	int kind = stop_kind(scratch, BPF_CORE_READ(file, f_path.dentry, d_name.len));
	if (kind)
		stop_at_exec(pid, BPF_CORE_READ(task, cred, uid.val), kind);
	return 0;
}

#endif
