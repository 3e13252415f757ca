/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Processes that wait before their first instruction, and what else the tracer is asked for. */
#ifndef PROCESS_TRACER_ABI_STOPS_H
#define PROCESS_TRACER_ABI_STOPS_H

#include "identities.h"

#define STOP_SLOTS 64
#define STOP_PATTERNS 8

/*
 * What the name of a file ends in whose processes are stopped before their
 * first instruction; or the end of a whole name, whose processes are only told
 * of, since what is stopped comes after them.
 */
struct stop_pattern {
	__u64 bytes; /* the name's last bytes, the last one highest */
	__u64 mask;  /* of the bytes that count; never all of them, 0: no pattern */
	__u64 whole; /* of a name that is told of: how long it is; else 0 */
};

/*
 * Which processes are stopped, in memory that kernel, tracer and its guard
 * share: tracer_pid << 32 | STOP_*, or 0. Whoever lets one go sends SIGCONT
 * first and frees the slot then, so that somebody always knows of it.
 */
struct stop_table {
	__u32 is_on;
	__u32 refused; /* not stopped, since no slot was free */
	__u64 slots[STOP_SLOTS];
};
#define STOP_BEGINS 1 /* within the program that sends SIGSTOP */
#define STOP_SENT 2
#define STOP_NO_SLOT STOP_SLOTS	      /* of a process that is only told of */
#define STOP_NO_MORE (STOP_SLOTS + 1) /* of one that passes its probes so often that some are to be detached */

/* To the tracer, in a ring of its own. */
struct stop_request {
	__u32 slot;
	__u32 tracer_pid; /* as seen from the tracer's PID namespace */
	struct process_key process;
};

#endif
