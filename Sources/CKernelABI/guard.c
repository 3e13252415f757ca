#define _GNU_SOURCE
#include "include/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../bpf/abi.h"

static long call_map(int command, int map, const void *key, void *value_or_next)
{
	union bpf_attr attributes;
	memset(&attributes, 0, sizeof attributes);
	attributes.map_fd = (uint32_t)map;
	attributes.key = (uint64_t)(uintptr_t)key;
	attributes.value = (uint64_t)(uintptr_t)value_or_next;
	return syscall(SYS_bpf, command, &attributes, sizeof attributes);
}

/* Kills one member and waits for its end; the pid is checked again once it is pinned. Whether it was there. */
static bool kill_member(int members, uint32_t pid, const struct member *member)
{
	struct member now;
	int pidfd = member->tracer_pid ? (int)syscall(SYS_pidfd_open, (pid_t)member->tracer_pid, 0) : -1;
	if (pidfd < 0)
		return false;
	bool killed = call_map(BPF_MAP_LOOKUP_ELEM, members, &pid, &now) == 0 && now.start == member->start &&
		      syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) == 0;
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	while (killed && poll(&ended, 1, -1) < 0 && errno == EINTR)
		;
	close(pidfd);
	return killed;
}

/* Until a pass over the table kills none: what forks meanwhile is in the table before it runs. */
static void kill_members(int members)
{
	bool killed;
	do {
		killed = false;
		uint32_t pid, next;
		const uint32_t *previous = NULL;
		while (call_map(BPF_MAP_GET_NEXT_KEY, members, previous, &next) == 0) {
			struct member member;
			pid = next;
			previous = &pid;
			if (call_map(BPF_MAP_LOOKUP_ELEM, members, &pid, &member) == 0)
				killed |= kill_member(members, pid, &member);
		}
	} while (killed);
}

static int open_kill(const char *cgroup)
{
	char path[4096];
	if (!cgroup || snprintf(path, sizeof path, "%s/cgroup.kill", cgroup) >= (int)sizeof path)
		return -1;
	return open(path, O_WRONLY | O_CLOEXEC);
}

static _Noreturn void guard(const struct pt_guard_request *request, int tracer)
{
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	int null = open("/dev/null", O_RDWR);
	for (int descriptor = 0; descriptor <= 2; descriptor++)
		dup2(null, descriptor);
	int kills = open_kill(request->cgroup);
	int launcher = request->launcher ? (int)syscall(SYS_pidfd_open, request->launcher, 0) : -1;
	if (request->launcher && launcher < 0)
		launcher = tracer; /* gone already: there is nothing to wait for */
	struct pollfd watched[] = {{.fd = tracer, .events = POLLIN}, {.fd = launcher, .events = POLLIN}};
	while (poll(watched, 2, -1) < 0 && errno == EINTR)
		;
	/* All at once where there is a cgroup; who left it, and where this fails, one by one. */
	if (kills >= 0 && write(kills, "1", 1) != 1)
		close(kills);
	kill_members(request->members);
	_exit(0);
}

pid_t pt_guard_session(const struct pt_guard_request *request)
{
	int tracer = (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (tracer < 0)
		return -errno;
	pid_t child = fork();
	if (child == 0)
		guard(request, tracer);
	int error = errno;
	close(tracer);
	return child < 0 ? -error : child;
}
