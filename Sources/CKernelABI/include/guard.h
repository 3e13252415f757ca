/* The process that ends an enforced session when its tracer is gone. */
#ifndef PROCESS_TRACER_GUARD_H
#define PROCESS_TRACER_GUARD_H

#include <sys/types.h>

struct pt_guard_request {
	int members;	    /* the session's member table */
	const char *cgroup; /* the session's cgroup, NULL: there is none */
	pid_t launcher;	    /* the process that runs the command for this one, 0: there is none */
};

/*
 * Starts a child that waits for this process, or the launcher, to end, and then
 * kills every member of the session. It holds this process's descriptors, so
 * that the kernel programs stay until nothing is left that they refuse. Its
 * pid, or -errno; ended with pt_end_keeper.
 */
pid_t pt_guard_session(const struct pt_guard_request *request);

#endif
