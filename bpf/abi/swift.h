/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Swift tasks, and the probes on test binaries and the runtime. */
#ifndef PROCESS_TRACER_ABI_SWIFT_H
#define PROCESS_TRACER_ABI_SWIFT_H

#include <linux/types.h>

#define SWIFT_LAYOUTS 8 /* toolchains in one run */

/* A probe's cookie: its kind, then the index of its layout. */
#define SWIFT_TASK_MADE 1
#define SWIFT_EVENT 2
#define SWIFT_XCTEST_START 3
#define SWIFT_XCTEST_FINISH 4
#define SWIFT_XCTEST_AWAIT 5
#define SWIFT_BLOCK_COPIED 6 /* on return */
#define SWIFT_WORKER 7
#define SWIFT_CALLOUT 8
#define SWIFT_COOKIE_SHIFT 8

/* A field of an object compared with a value. */
struct swift_comparison {
	__u64 offset;
	__u64 mask; /* of its bytes */
	__u64 value;
};

/*
 * What one toolchain's runtime and test libraries keep where, as the tracer
 * decoded it: Sources/BinaryAnalysis/SwiftRuntime has each field's meaning.
 * Offsets are bytes from the beginning of the object that the name says.
 */
struct swift_layout {
	__u64 task_made;     /* address in the file, from which follows where that is loaded */
	__u64 task_register; /* which word of struct pt_regs the task is in there */
	__u64 thread_local;  /* of module and offset in the file; is_fixed: distance from the thread pointer */
	__u64 is_fixed;
	__u64 current_task;
	__u64 job_flags;
	__u64 event_kind, event_test, event_case;
	__u64 id_module, id_names, id_location;
	__u64 location_path, location_line;
	__u64 case_arguments, argument_size, argument_bytes;
	__u64 test_started, case_started, case_ended, test_ended; /* words of event_kind */
	__u64 tag_shift, payload_mask;				  /* of the others */
	__u64 issue_tag, skipped_tag, cancelled_tag, case_cancelled_tag;
	__u64 knows_failure;
	struct swift_comparison failure_if, failure_unless; /* of an issue */
	__u64 class_descriptor;				    /* of a class */
	__u64 xctest_name, xctest_run;			    /* of a test case */
	__u64 run_failures, run_exceptions, run_skipped;
};

#endif
