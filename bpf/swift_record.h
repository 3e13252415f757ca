/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Reads what Swift objects are called, and tells that a test begins or ends. */
#ifndef PROCESS_TRACER_SWIFT_RECORD_H
#define PROCESS_TRACER_SWIFT_RECORD_H

#include "tests.h"

/* -------------------------------------------------------------------- text */

struct piece {
	__u64 address;
	__u64 length; /* C_STRING: up to a NUL */
};
#define C_STRING (~0ULL)

struct pieces {
	struct piece each[SWIFT_PIECES];
	__u32 names;
	__u32 arguments;
	__u32 flags;
};
#define MODULE_PIECE 0
#define FILE_PIECE 1
#define FIRST_NAME 2
#define FIRST_ARGUMENT (FIRST_NAME + SWIFT_NAMES)

/*
 * A String: small ones are in its two words, the others behind the header of
 * the object that the second one points to. stdlib/public/core/StringObject.swift
 */
#define STRING_IS_SMALL (1ULL << 61)
#define STRING_ADDRESS 0x0FFFFFFFFFFFFFFFULL
#define STRING_COUNT 0x0000FFFFFFFFFFFFULL
#define STRING_HEADER 32

/*
 * Functions of their own, each of which the verifier goes through once: what
 * loops call would have it go through every combination.
 */
__noinline int read_string(struct piece *piece, __u64 address)
{
	__u64 words[2] = {};
	if (!piece)
		return 0;
	bpf_probe_read_user(words, sizeof words, (void *)address);
	bool is_small = words[1] & STRING_IS_SMALL;
	piece->address = is_small ? address : (words[1] & STRING_ADDRESS) + STRING_HEADER;
	piece->length = is_small ? words[1] >> 56 & 0xF : words[0] & STRING_COUNT;
	return 0;
}

/* An Array's buffer: two words of header, count, capacity, elements. */
#define ARRAY_COUNT 16
#define ARRAY_ELEMENTS 32
#define STRING_SIZE 16

/* An Array of bytes. */
__noinline int read_bytes(struct piece *piece, __u64 address)
{
	if (!piece)
		return 0;
	__u64 buffer = read_word(address);
	piece->address = buffer + ARRAY_ELEMENTS;
	piece->length = buffer ? read_word(buffer + ARRAY_COUNT) : 0;
	return 0;
}

static __always_inline __u32 read_count(struct pieces *pieces, __u64 array, __u32 limit)
{
	__u64 count = read_word(array + ARRAY_COUNT);
	if (count <= limit)
		return count;
	pieces->flags |= SWIFT_TEST_CUT;
	return limit;
}

static __always_inline void read_names(struct pieces *pieces, __u64 array)
{
	pieces->names = read_count(pieces, array, SWIFT_NAMES);
#pragma unroll
	for (__u32 index = 0; index < SWIFT_NAMES; index++) {
		if (index < pieces->names)
			read_string(&pieces->each[FIRST_NAME + index], array + ARRAY_ELEMENTS + index * STRING_SIZE);
	}
}

static __always_inline void read_arguments(struct pieces *pieces, const struct swift_layout *layout, __u64 array)
{
	pieces->arguments = read_count(pieces, array, SWIFT_ARGUMENTS);
#pragma unroll
	for (__u32 index = 0; index < SWIFT_ARGUMENTS; index++) {
		if (index < pieces->arguments)
			read_bytes(&pieces->each[FIRST_ARGUMENT + index],
				   array + ARRAY_ELEMENTS + index * layout->argument_size + layout->argument_bytes);
	}
}

/* ------------------------------------------------------------------ records */

static __always_inline void describe(struct event_header *header, __u32 kind, const struct member *member)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__builtin_memset(header, 0, sizeof *header);
	header->kind = kind;
	header->thread = (__u32)thread;
	header->time = bpf_ktime_get_boot_ns();
	header->process.pid = thread >> 32;
	header->process.start = member->start;
}

struct swift_text {
	__u8 bytes[SWIFT_TEXT_LIMIT];
};
#define PIECE_CUT (1 << 16)

/* Copies a piece behind what is there; how many bytes that were, and PIECE_CUT. */
__noinline __u32 append(struct swift_text *text, __u32 used, struct piece *piece)
{
	if (!text || !piece || !piece->length)
		return 0;
	if (used > SWIFT_TEXT_LIMIT - SWIFT_PIECE_LIMIT - 1)
		return PIECE_CUT;
	__u64 length = piece->length;
	if (length == C_STRING) {
		__s64 copied = bpf_probe_read_user_str(text->bytes + used, SWIFT_PIECE_LIMIT, (void *)piece->address);
		return copied > 0 ? copied - 1 : 0;
	}
	__u32 cut = length > SWIFT_PIECE_LIMIT ? PIECE_CUT : 0;
	if (cut)
		length = SWIFT_PIECE_LIMIT;
	asm volatile("" : "+r"(length));
	length &= SWIFT_PIECE_LIMIT;
	return bpf_probe_read_user(text->bytes + used, length, (void *)piece->address) ? 0 : length | cut;
}

static __always_inline void tell_test(const struct member *member, __u32 test, __u32 previous, struct pieces *pieces,
				      __u32 line)
{
	struct {
		struct event_swift_test fixed;
		struct swift_text text;
	} *record = bpf_ringbuf_reserve(&events, sizeof *record, 0);
	if (!record) {
		count(&counters.lost[EVENT_SWIFT_TEST]);
		return;
	}
	describe(&record->fixed.header, EVENT_SWIFT_TEST, member);
	record->fixed.test = test;
	record->fixed.previous = previous;
	record->fixed.line = line;
	record->fixed.names = pieces->names;
	record->fixed.arguments = pieces->arguments;
	__u32 used = 0, cut = 0;
#pragma unroll
	for (int index = 0; index < SWIFT_PIECES; index++) {
		__u32 result = append(&record->text, used, &pieces->each[index]);
		__u16 length = result;
		record->fixed.lengths[index] = length;
		used += length;
		cut |= result;
	}
	record->fixed.flags = pieces->flags | (cut & PIECE_CUT ? SWIFT_TEST_CUT : 0);
	record->fixed.text_length = used;
	count(&counters.emitted[EVENT_SWIFT_TEST]);
	bpf_ringbuf_submit(record, wake_flags());
}

#define RESULT_LENGTH 8

static __always_inline void tell_end(const struct member *member, __u32 test, __u32 previous, const char *result,
				     __u32 length)
{
	struct {
		struct event_marker fixed;
		char text[RESULT_LENGTH];
	} record = {
	    .fixed.verb = MARKER_END,
	    .fixed.test = test,
	    .fixed.previous = previous,
	    .fixed.text_length = length,
	};
	describe(&record.fixed.header, EVENT_MARKER, member);
	__builtin_memcpy(record.text, result, RESULT_LENGTH);
	emit(EVENT_MARKER, &record, sizeof record, wake_flags());
}

#endif
