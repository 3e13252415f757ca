/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the programs are told before they are attached, and what they count. */
#ifndef PROCESS_TRACER_ABI_SESSION_H
#define PROCESS_TRACER_ABI_SESSION_H

#include "events.h"
#include "stops.h"

#define SPAN_STEP 0x9E3779B97F4A7C15ULL

#define ANY_USER (~0ULL)

/* What the loader sets before anything is attached; the only content of .bss.settings. */
struct session_settings {
	__u64 path_hash_seed; /* so that nobody can prepare two paths that collide */
	__u64 wake_threshold; /* bytes waiting in the ring at which the reader is woken */
	__u64 trace_high;     /* the run's trace id, W3C Trace Context level 1 */
	__u64 trace_low;
	__u64 run_span; /* test N has the span mix(run_span + N * SPAN_STEP), mix being splitmix64's */
	__u64 trace_flags;
	__u64 session_cgroup;	 /* id of the session's cgroup, 0: there is none */
	__u64 network_namespace; /* inode number of the command's: names are learnt there alone */
	struct stop_pattern stop_patterns[STOP_PATTERNS];
	__u64 stop_user;      /* whose processes the tracer can let go, ANY_USER: everybody's */
	__u64 enforces_hosts; /* whether rules about hosts are enforced */
	__u64 stops_hashed;   /* whether names that end in a dash and 16 hexadecimal digits are stopped as well */
};

/* Totals that only grow; the only content of .bss.counters. */
struct session_counters {
	__u64 emitted[EVENT_KINDS]; /* records handed to the ring, by kind */
	__u64 lost[EVENT_KINDS];    /* records that the ring refused, by kind */
	__u64 members_refused;	    /* processes that could not be made members */
	__u64 flows_refused;	    /* destinations that the flow table refused */
	__u64 images_refused;	    /* executables that the image table refused */
	__u64 sockets_refused;	    /* sockets that got no storage */
	__u64 threads_refused;	    /* threads whose test could not be kept: it is their process's */
	__u64 contexts_refused;	    /* the same of a language's own threads: goroutines */
	__u64 packets_unparsed;	    /* datagrams whose headers could not be read */
	__u64 live_members;
	__u64 listeners;	 /* TCP sockets of the session that listen now */
	__u64 netlink_messages;	 /* sends on netlink sockets */
	__u64 names_refused;	 /* names or lookups that their tables refused */
	__u64 questions_refused; /* questions that could not be kept open: their answers teach nothing */
	__u64 resolvers_refused; /* servers of the session that could not be kept: no answer teaches anything then */
	__u64 messages_unparsed; /* DNS messages that could not be read, or not to their end */
	__u64 busy_flows;	 /* places taken in the table of busy flows; above BUSY_FLOWS where it is full */
};

#endif
