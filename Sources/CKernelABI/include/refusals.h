/* System calls that a confined process has made, and that wait for their refusal. */
#ifndef PROCESS_TRACER_REFUSALS_H
#define PROCESS_TRACER_REFUSALS_H

#include <stdint.h>
#include <sys/types.h>

struct pt_refusal {
	uint64_t id;
	pid_t thread; /* as this process sees it, 0: not at all */
	int family;   /* of the socket that it wanted, -1: it wanted io_uring */
};

/*
 * The next call that waits. 1; 0 where none does any more; -ENOTCONN where
 * nobody is left who could make one; another -errno.
 */
int pt_refusal_receive(int listener, struct pt_refusal *refusal);

/* Lets the call fail with EPERM. 0, also where its thread is gone, or -errno. */
int pt_refusal_answer(int listener, const struct pt_refusal *refusal);

#endif
