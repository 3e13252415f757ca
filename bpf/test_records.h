/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the probes on test binaries tell: a test begins on the current thread, under a name; it ends, with a result. */
#ifndef PROCESS_TRACER_TEST_RECORDS_H
#define PROCESS_TRACER_TEST_RECORDS_H

#include "marker_record.h"

static __always_inline void fill_marker(struct event_marker *marker, const struct member *member, __u32 verb,
					__u32 test)
{
	__u64 thread = bpf_get_current_pid_tgid();
	marker->header.kind = EVENT_MARKER;
	marker->header.thread = (__u32)thread;
	marker->header.time = bpf_ktime_get_boot_ns();
	marker->header.process.pid = thread >> 32;
	marker->header.process.reserved = 0;
	marker->header.process.start = member->start;
	marker->verb = verb;
	marker->test = test;
	marker->previous = 0;
	marker->text_length = 0;
}

static __always_inline void emit_named_marker(const struct event_marker *marker, const void *text, bool is_cut)
{
	EMIT_MARKER(bpf_probe_read_user, is_cut);
}

/* The name that `name` points to is `length` bytes long; one that passes the limit ends in dots. */
static __always_inline void emit_begin(const struct member *member, __u32 test, __u64 name, __u64 length)
{
	struct event_marker marker;
	bool is_cut = length > MARKER_TEXT_LIMIT;
	fill_marker(&marker, member, MARKER_THREAD, test);
	marker.text_length = is_cut ? MARKER_TEXT_LIMIT : length;
	emit_named_marker(&marker, (void *)name, is_cut);
}

static __always_inline void emit_end(const struct member *member, __u32 test, const char result[8], __u32 length)
{
	struct {
		struct event_marker fixed;
		char text[8];
	} record;
	fill_marker(&record.fixed, member, MARKER_END, test);
	record.fixed.text_length = length;
	__builtin_memcpy(record.text, result, sizeof record.text);
	emit(EVENT_MARKER, &record, sizeof record, wake_flags());
}

#endif
