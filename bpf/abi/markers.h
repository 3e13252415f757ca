/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The marker protocol: how a process says which test it works for (docs/markers.md). */
#ifndef PROCESS_TRACER_ABI_MARKERS_H
#define PROCESS_TRACER_ABI_MARKERS_H

#include <linux/types.h>

/*
 * How a program says what it tests: setsockopt(any socket, MARKER_LEVEL, verb, text) on the thread that it is
 * about. 0: taken; ENOPROTOOPT, EOPNOTSUPP: no tracer; EPERM: not a verb, a text over the limit, no such test.
 * docs/markers.md has the texts.
 */
#define MARKER_LEVEL 0x70747261
#define MARKER_VERSION 1
#define MARKER_TEXT_LIMIT 4096 /* bytes; the kernel shows one page of an option */

#define MARKER_BEGIN 1	     /* a test case begins, on this thread and as the process's own */
#define MARKER_PHASE 2	     /* the thread's test enters a phase: setup, call, teardown */
#define MARKER_FIXTURE 3     /* a fixture that outlives a test is set up or finalized, like BEGIN */
#define MARKER_END 4	     /* the thread's test ends, with its result */
#define MARKER_ADOPT 5	     /* this thread works for the test of a token from now on; token 0: for none */
#define MARKER_THREAD 6	     /* like BEGIN, for this thread alone: its process runs tests side by side */
#define MARKER_RESUME 7	     /* the test of a token goes on, on this thread and as the process's own */
#define MARKER_LEAVE 8	     /* this thread has its process's test, as one that was never marked */
#define MARKER_ADAPTER 9     /* an adapter is at work in this process; changes nothing */
#define MARKER_THREAD_END 10 /* the thread's test, which THREAD began on this or another thread, ends */

/* getsockopt(any socket, MARKER_LEVEL, question) */
#define MARKER_ASK_VERSION 1 /* int: MARKER_VERSION */
#define MARKER_ASK_TEST 2    /* int: the token of the thread's test, 0: none */
#define MARKER_ASK_CONTEXT 3 /* text: the W3C traceparent of the thread's test, or of the run */
#define MARKER_ASK_LEVEL 4   /* int: TEST_LEVEL_*, how the thread's test is known */
#define TRACEPARENT_LENGTH 55

#endif
