#define _GNU_SOURCE
#include "include/stops.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "include/keeper.h"
#include "include/privileges.h"

#define KILL_CAPABILITY (1ULL << 5) /* CAP_KILL, linux/capability.h */

int pt_stop_release(struct stop_table *table, unsigned slot, uint32_t pid)
{
	__u64 entry = (__u64)pid << 32 | STOP_SENT;
	if (__atomic_load_n(&table->slots[slot], __ATOMIC_SEQ_CST) != entry)
		return 0;
	/* ESRCH: killed while it was stopped. */
	int result = kill((pid_t)pid, SIGCONT) == 0 || errno == ESRCH ? 1 : -errno;
	__atomic_compare_exchange_n(&table->slots[slot], &entry, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return result;
}

static void release_all(struct stop_table *table)
{
	for (unsigned slot = 0; slot < STOP_SLOTS; slot++) {
		uint64_t entry;
		/* A kernel program that has begun is over within microseconds. */
		while ((entry = __atomic_load_n(&table->slots[slot], __ATOMIC_SEQ_CST)) && (uint32_t)entry != STOP_SENT)
			sched_yield();
		if (entry)
			pt_stop_release(table, slot, (uint32_t)(entry >> 32));
	}
}

void pt_stops_switch(struct stop_table *table, int on)
{
	__atomic_store_n(&table->is_on, (__u32)on, __ATOMIC_SEQ_CST);
	if (!on)
		release_all(table);
}

struct stop_table *pt_map_stops(int map)
{
	void *table = mmap(NULL, sizeof(struct stop_table), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	return table == MAP_FAILED ? NULL : table;
}

static int64_t milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Lets those go whose time is over; how long to the next, -1: there is none. */
static int release_late(struct stop_table *table, uint64_t seen[STOP_SLOTS], int64_t since[STOP_SLOTS])
{
	int64_t now = milliseconds(), next = -1;
	for (unsigned slot = 0; slot < STOP_SLOTS; slot++) {
		uint64_t entry = __atomic_load_n(&table->slots[slot], __ATOMIC_SEQ_CST);
		if (entry != seen[slot]) {
			seen[slot] = entry;
			since[slot] = now;
		}
		if (!entry)
			continue;
		int64_t left = since[slot] + PT_STOP_SECONDS * 1000 - now;
		if (left <= 0) {
			pt_stop_release(table, slot, (uint32_t)(entry >> 32));
			left = PT_STOP_SECONDS * 1000;
		}
		if (next < 0 || left < next)
			next = left;
	}
	return (int)next;
}

static _Noreturn void stand_guard(struct stop_table *table, int requests, int ready, pid_t parent)
{
	static uint64_t seen[STOP_SLOTS];
	static int64_t since[STOP_SLOTS];
	struct pt_capabilities kept = pt_get_capabilities();
	kept.effective = kept.permitted &= KILL_CAPABILITY;
	kept.inheritable = 0;
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	/* Nothing of the tracer's may stay open in here: its links would live on. */
	if (dup2(ready, 1) < 0 || dup2(requests, 0) < 0 || syscall(SYS_close_range, 2, UINT_MAX, 0) || chdir("/") ||
	    pt_set_capabilities(&kept))
		_exit(1);
	sigset_t death;
	sigemptyset(&death);
	sigaddset(&death, SIGTERM);
	int signals = signalfd(-1, &death, SFD_CLOEXEC | SFD_NONBLOCK), events = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event once = {.events = EPOLLIN | EPOLLET};
	if (signals < 0 || events < 0 || epoll_ctl(events, EPOLL_CTL_ADD, signals, &once) ||
	    epoll_ctl(events, EPOLL_CTL_ADD, 0, &once))
		_exit(1);
	/* Behind the change of credentials, which clears it. */
	prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	if (write(1, "", 1) != 1)
		_exit(1);
	close(1);
	for (int timeout = -1; getppid() == parent; timeout = release_late(table, seen, since)) {
		struct epoll_event event;
		struct signalfd_siginfo signal;
		epoll_wait(events, &event, 1, timeout);
		while (read(signals, &signal, sizeof signal) > 0)
			; /* another one must find the place free */
	}
	pt_stops_switch(table, 0);
	_exit(0);
}

pid_t pt_start_guard(struct stop_table *table, int requests, int *ready)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid_t parent = getpid(), guard = fork();
	if (guard == 0)
		stand_guard(table, requests, ends[1], parent);
	int error = errno;
	close(ends[1]);
	if (guard < 0) {
		close(ends[0]);
		return -error;
	}
	*ready = ends[0];
	return guard;
}

int pt_await_guard(int ready)
{
	char byte;
	ssize_t length;
	while ((length = read(ready, &byte, 1)) < 0 && errno == EINTR)
		;
	close(ready);
	return length == 1 ? 0 : -ECHILD;
}
