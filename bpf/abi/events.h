/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* The records of the ring. */
#ifndef PROCESS_TRACER_ABI_EVENTS_H
#define PROCESS_TRACER_ABI_EVENTS_H

#include "identities.h"
#include "markers.h"

#define EVENT_FORK 1
#define EVENT_EXEC 2
#define EVENT_EXIT 3
#define EVENT_CONNECT 4
#define EVENT_ACCEPT 5
#define EVENT_CLOSE 6
#define EVENT_DATAGRAM 7
#define EVENT_MARKER 8
#define EVENT_LISTEN 12
#define EVENT_ANSWER 13
#define EVENT_FIRST_DATA 14
#define EVENT_SWIFT_TEST 15
#define EVENT_KINDS 16 /* more than the last kind: sizes the loss table */

struct event_header {
	__u32 kind;
	__u32 thread; /* thread id in the initial PID namespace, 0 if not in the owner's context */
	__u64 time;
	struct process_key process;
};

struct event_fork {
	struct event_header header; /* process: the child */
	struct process_key parent;  /* the process that called fork, not its reaper */
	__u32 namespace_pid;	    /* pid in the child's own PID namespace */
	__u32 tracer_pid;	    /* pid as seen from the tracer's PID namespace, 0 if not visible */
	__u32 pid_namespace;	    /* inode number of the child's PID namespace */
	__u32 uid;
	__u32 gid;
	__u32 flags; /* FORK_* */
	__u32 test;
	__u32 reserved;
};
#define FORK_ROOT 1   /* the command itself: its parent is the tracer */
#define FORK_CANARY 2 /* the self-test, never part of a run */

struct event_exec {
	struct event_header header;
	struct image_id image;
	__u64 argv_full_length; /* length of argv in the process, bytes with NULs */
	__u32 namespace_pid;
	__u32 old_thread; /* thread that called exec; differs from pid for a non-leader */
	__u32 uid;
	__u32 gid;
	__u32 flags;		  /* EXEC_* */
	__u32 path_length;	  /* components leaf first, each followed by '/' */
	__u32 directory_length;	  /* working directory, same form */
	__u32 argv_length;	  /* NUL-separated */
	__u32 environment_length; /* NAME=value entries of the documented list, NUL-separated */
	__u32 test;
};
#define EXEC_PATH_CUT 1
#define EXEC_DIRECTORY_CUT 2
#define EXEC_ARGV_UNREADABLE 4
#define EXEC_DELETED 8 /* the file had no name any more: memfd, unlinked */
#define EXEC_ENVIRONMENT_CUT 16

struct event_exit {
	struct event_header header;
	__u64 cpu_time;	   /* nanoseconds of all threads */
	__u64 peak_rss;	   /* bytes */
	__u32 wait_status; /* as from wait(2): signal | core << 7 | code << 8 */
	__u32 reserved;
};

/* TCP attempt, seen in connect(2) before a packet left. */
struct event_connect {
	struct event_header header;
	__u64 socket; /* socket cookie, unique until reboot */
	__u8 address[16];
	__u16 port;
	__u16 protocol;		 /* IPPROTO_* */
	__u32 network_namespace; /* inode number */
	__u32 test;
	__u32 reserved;
};

/* A connection accepted by a listener of the session. */
struct event_accept {
	struct event_header header; /* process: who made the listener listen */
	__u64 socket;
	__u8 local_address[16];
	__u8 peer_address[16];
	__u16 local_port;
	__u16 peer_port;
	__u16 protocol;
	__u16 reserved;
	__u32 network_namespace;
	__u32 test;
};

/* The end of a TCP attempt or connection; also made for sockets open at the end. */
struct event_close {
	struct event_header header;
	__u64 socket;
	__u64 attempt_time;	/* time of the matching connect or accept */
	__u64 established_time; /* 0: never established */
	__u64 bytes_sent;	/* payload, without SYN, FIN and retransmissions */
	__u64 bytes_received;
	__u64 packets_sent; /* segments, with SYN, FIN and pure acknowledgements */
	__u64 packets_received;
	__u8 local_address[16];
	__u8 peer_address[16];
	__u16 local_port;
	__u16 peer_port;
	__u16 protocol;
	__u16 error; /* errno of the socket, 0: none */
	__u32 network_namespace;
	__u32 test;
	__u32 flags; /* CLOSE_* */
	__u32 state; /* TCP state when still open, include/net/tcp_states.h */
};
#define CLOSE_ACCEPTED 1   /* the passive side */
#define CLOSE_NOT_SENT 2   /* connect(2) failed before a SYN: no route */
#define CLOSE_STILL_OPEN 4 /* found open when the run ended */
#define CLOSE_LOCAL 8	   /* routed to the loopback device of its namespace */
#define CLOSE_LISTENING 16 /* a listener, found open when the run ended */
#define CLOSE_REFUSED 32   /* refused by enforcement */

/*
 * One end of what a socket does. EVENT_LISTEN: a TCP socket that listens, or a datagram socket that was bound, at this
 * address. EVENT_DATAGRAM: the first datagram of a process to this one; totals are in the flow table.
 */
struct event_endpoint {
	struct event_header header;
	__u64 socket;
	__u8 address[16];
	__u16 port;
	__u16 protocol;
	__u32 network_namespace;
	__u32 test;
	__u32 reserved;
};

/* What a thread said about its tests. */
struct event_marker {
	struct event_header header;
	__u32 verb;
	__u32 test;	/* the one that it is about, as it is known from then on */
	__u32 previous; /* the thread's before */
	__u32 text_length;
};

/* A DNS answer that came in, or the first bytes that a client sent on a TCP connection that leaves the machine. */
struct event_payload {
	struct event_header header; /* process: who asked, or who connected */
	__u64 socket;
	__u64 attempt_time; /* EVENT_FIRST_DATA: time of the connect */
	__u8 address[16];   /* of the resolver, or of the peer */
	__u16 port;
	__u16 protocol;
	__u32 network_namespace;
	__u32 test;
	__u32 flags;	   /* ANSWER_* */
	__u32 full_length; /* bytes of the message, or of the first segment */
	__u32 payload_length;
};
/* Why an answer is no evidence of a name; evidence has none of them. */
#define ANSWER_UNASKED 1	 /* fits no open question: socket, id, question, server */
#define ANSWER_OTHER_SERVER 2	 /* resolv.conf named no such nameserver before the run */
#define ANSWER_MEMBER_SERVER 4	 /* a process of the session serves at that address */
#define ANSWER_OTHER_NAMESPACE 8 /* not the network namespace that the command started in */
#define ANSWER_NO_EVIDENCE 15

/*
 * A Swift test begins. The text is its pieces one after the other: module, source
 * file, names of suites and test, arguments.
 */
#define SWIFT_NAMES 8
#define SWIFT_ARGUMENTS 4
#define SWIFT_PIECES (2 + SWIFT_NAMES + SWIFT_ARGUMENTS)
#define SWIFT_PIECE_LIMIT 511
#define SWIFT_TEXT_LIMIT 1536

struct event_swift_test {
	struct event_header header;
	__u32 test;
	__u32 previous;
	__u32 flags; /* SWIFT_TEST_* */
	__u32 line;
	__u32 names;
	__u32 arguments;
	__u16 lengths[SWIFT_PIECES];
	__u32 text_length;
};
#define SWIFT_TEST_XCTEST 1  /* XCTest's: a name is "Class.method" */
#define SWIFT_TEST_CUT 2     /* its text is longer than what is here */
#define SWIFT_TEST_SKIPPED 4 /* it never runs */
#define SWIFT_TEST_CASE 8    /* one call of a test that has parameters */

#endif
