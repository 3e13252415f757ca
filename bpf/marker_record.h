/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The record of a marker with its text, which goes straight into the ring: whoever marks can be preempted. */
#ifndef PROCESS_TRACER_MARKER_RECORD_H
#define PROCESS_TRACER_MARKER_RECORD_H

#include "tests.h"

#define SHORT_TEXT 256 /* what most have room in */

#define EMIT_MARKER_OF(capacity, read, is_cut)                                                                         \
	do {                                                                                                           \
		struct {                                                                                               \
			struct event_marker fixed;                                                                     \
			__u8 text[capacity];                                                                           \
		} *record = bpf_ringbuf_reserve(&events, sizeof *record, 0);                                           \
		if (!record) {                                                                                         \
			count(&counters.lost[EVENT_MARKER]);                                                           \
			return;                                                                                        \
		}                                                                                                      \
		record->fixed = *marker;                                                                               \
		asm volatile("" : "+r"(length)); /* the check is for the very register that is used */                 \
		if (length > capacity || read(record->text, length, text))                                             \
			record->fixed.text_length = 0;                                                                 \
		if (is_cut)                                                                                            \
			__builtin_memcpy(record->text + capacity - 3, "...", 3);                                       \
		count(&counters.emitted[EVENT_MARKER]);                                                                \
		bpf_ringbuf_submit(record, wake_flags());                                                              \
	} while (0)

/* Emits `marker` with its `text_length` bytes from `text`, which `read` reads; `is_cut`: they end in dots. */
#define EMIT_MARKER(read, is_cut)                                                                                      \
	do {                                                                                                           \
		__u64 length = marker->text_length;                                                                    \
		if (length <= SHORT_TEXT)                                                                              \
			EMIT_MARKER_OF(SHORT_TEXT, read, false);                                                       \
		else                                                                                                   \
			EMIT_MARKER_OF(MARKER_TEXT_LIMIT, read, is_cut);                                               \
	} while (0)

#endif
