/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Goroutines, and the probes on Go test binaries. */
#ifndef PROCESS_TRACER_ABI_GO_H
#define PROCESS_TRACER_ABI_GO_H

#include <linux/types.h>

/* Context table: what a language runs on threads as it likes, by its address. */
struct context_key {
	__u32 process; /* thread-group id in the initial PID namespace */
	__u32 kind;    /* CONTEXT_* */
	__u64 address;
};
#define CONTEXT_GOROUTINE 1 /* a runtime.g */
#define CONTEXT_TIMER 2	    /* the function of a time.AfterFunc: whose goroutine will run it */
#define CONTEXT_SLOT 3	    /* a place in a channel's buffer: who sent what is in it */
#define CONTEXT_BENCHMARK 4 /* a testing.B, which many goroutines run one after the other */
#define CONTEXT_CREATOR 5   /* a goroutine by its number: what those have that it creates unseen */

struct context {
	/*
	 * What a goroutine works for, its own test where it runs one. TEST_LEVEL_EXACT: made for it by an exact one,
	 * and nothing came from elsewhere since.
	 */
	__u32 test;
	__u32 runs_test; /* the test's own function */
	/*
	 * Whose this is that others come to have the key of. The low half of: a goroutine's number; the address of a
	 * benchmark's name; the start of a creator's process.
	 */
	__u32 identity;
	__u32 former; /* of a goroutine's: the identity of the one that had its memory before, 0: none that was kept */
};

/* What the cookie of a probe on a Go test binary holds: the place, and numbers that were decoded from its code. */
#define GO_COOKIE(place, first, second) ((place) | (__u64)(first) << 8 | (__u64)(second) << 32)
#define GO_COOKIE_PLACE(cookie) ((cookie)&0xFF)
#define GO_COOKIE_FIRST(cookie) ((cookie) >> 8 & 0xFFFFFF)
#define GO_COOKIE_SECOND(cookie) ((cookie) >> 32)

/* The same for GO_GOROUTINE_CREATED, with offsets within a runtime.g of its goid and its parentGoid, 0: not known. */
#define GO_CREATION_COOKIE(creator, function, number, parent)                                                          \
	(GO_GOROUTINE_CREATED | (__u64)(creator) << 8 | (__u64)(function) << 20 | (__u64)(number) << 32 |              \
	 (__u64)(parent) << 48)
#define GO_CREATION_CREATOR(cookie) ((cookie) >> 8 & 0xFFF)
#define GO_CREATION_FUNCTION(cookie) ((cookie) >> 20 & 0xFFF)
#define GO_CREATION_NUMBER(cookie) ((cookie) >> 32 & 0xFFFF)
#define GO_CREATION_PARENT(cookie) ((cookie) >> 48)

/* So many goroutines created within such a time, and their probe, which takes 1.7 us each, is to be detached. */
#define GO_CREATIONS 4096
#define GO_CREATIONS_NS 100000000
#define GO_NUMBERS_AHEAD 1024 /* _GoidCacheBatch for each of 64 processors, runtime/proc.go */

/* Each with the registers that matter there (Go's internal ABI) and the cookie's numbers. The current g is in r14. */
#define GO_TEST_BEGINS 1	/* rax: testing.T or F; offset of its name */
#define GO_TEST_ENDS 2		/* rax: testing.T or F; offsets of `failed` and `skipped` */
#define GO_EXAMPLE_BEGINS 3	/* rax, rbx: its name */
#define GO_EXAMPLE_ENDS 4	/* */
#define GO_BENCHMARK_BEGINS 5	/* rax: testing.B; offset of its name */
#define GO_BENCHMARK_ENDS 6	/* rax: testing.B; offsets of `failed` and `skipped` */
#define GO_GOROUTINE_CREATED 7	/* rax: the new g; a cookie of its own: offsets from rsp of creating g and function */
#define GO_TIMER_CREATED 8	/* rbx: the function */
#define GO_SENT_DIRECTLY 9	/* rax: type; rbx: the receiver's sudog */
#define GO_RECEIVED_DIRECTLY 10 /* rax: type; rbx: the sender's sudog */
#define GO_SENT_TO_BUFFER 11	/* rax: type; rbx: place in the buffer */
#define GO_TAKEN_FROM_BUFFER 12 /* rax: type; rcx: place in the buffer */
#define GO_SENT_FROM_WAITING 13 /* rax: type; rbx: place in the buffer; offset from rsp of the sender's sudog */
#define GO_WAITS 14		/* for a process, a condition, a time; for the network where rbx is the first number */

#endif
