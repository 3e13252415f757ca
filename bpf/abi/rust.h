/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The probes on Rust test binaries. */
#ifndef PROCESS_TRACER_ABI_RUST_H
#define PROCESS_TRACER_ABI_RUST_H

#include <linux/types.h>

#define RUST_LAYOUTS 8 /* standard libraries in one run */
#define RUST_NAMES 4

/* A probe's cookie: its place, then the index of its layout. */
#define RUST_TEST_BEGINS 1   /* rdi or rsi: what holds the test's description */
#define RUST_RESULT_BEGINS 2 /* rdi: where its result will be */
#define RUST_RESULT_ENDS 3   /* on return */
#define RUST_COOKIE_PLACE 0xFF
#define RUST_COOKIE_SHIFT 8

#define RUST_RESULT_PASSED 0

/* A word of a test's description compared with a value. */
struct rust_condition {
	__u64 offset;
	__u64 mask;
	__u64 value;
};

/* Where a test's name is kept, if both hold. */
struct rust_name {
	struct rust_condition conditions[2];
	__u64 pointer;
	__u64 length;
};

/* What one standard library's test harness keeps where, as the tracer decoded it; offsets in bytes. */
struct rust_layout {
	__u64 description_in_rsi;
	__u64 description; /* from what that register points to */
	__u64 knows_result;
	struct rust_name names[RUST_NAMES]; /* the first that fits; one that never does behind the last */
};

#endif
