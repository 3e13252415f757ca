/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the kernel keeps in tables: names, flows, executables, processes, threads. */
#ifndef PROCESS_TRACER_ABI_TABLES_H
#define PROCESS_TRACER_ABI_TABLES_H

#include "identities.h"

/*
 * Name table: what DNS answers taught, each name with each address, the
 * evidence for host rules. Names are as on the wire (RFC 1035 section 3.1),
 * in lower case, without the root label, padded with zeros.
 */
struct name_key {
	__u8 address[16];
	__u8 name[DNS_NAME_LIMIT];
};

struct name_value {
	__u64 first_time;
	__u64 count;		    /* answers that said so */
	struct process_key process; /* who asked first */
	__u8 resolver[16];
	__u32 test;
	__u32 protocol; /* of the first answer: IPPROTO_UDP, IPPROTO_TCP */
};

/* Lookup table: every question that left for port 53 of any server, by process. */
struct lookup_key {
	struct process_key process;
	__u8 resolver[16];
	__u32 network_namespace;
	__u32 test;
	__u16 type;
	__u16 reserved[3];
	__u8 name[DNS_NAME_LIMIT];
};

struct lookup_value {
	__u64 first_time;
	__u64 last_time;
	__u64 asked;
	__u64 answered; /* by an answer that fits */
	struct image_id image;
	char comm[TASK_COMM_LENGTH];
};

/*
 * Flow table: every destination of every process, the evidence for verdicts.
 * The address is all zero where the kernel does not show the destination
 * (packet sockets, and raw sockets outside the session's cgroup); for vsock
 * its last eight bytes are the context id and the port.
 */
struct flow_key {
	struct process_key process;
	__u8 address[16];
	__u16 port;
	__u16 protocol;
	__u32 network_namespace;
	__u32 test;
	__u32 reserved;
};

struct flow_value {
	__u64 first_time;
	__u64 last_time;
	__u64 attempts;	   /* connect(2) calls, or sendto/sendmsg calls with this address */
	__u64 sent;	   /* SYNs sent (tcp), datagrams that reached IP output (udp) */
	__u64 local;	   /* of `sent`: routed to the loopback device of the namespace */
	__u64 established; /* tcp: counted when the connection ends */
	__u64 failed;
	__u64 bytes_sent; /* payload */
	__u64 bytes_received;
	__u64 packets_sent;
	__u64 packets_received;
	__u64 refused;	       /* attempts, or datagrams on connected and raw sockets, that enforcement refused */
	struct image_id image; /* executable of the process at the first attempt */
	char comm[TASK_COMM_LENGTH];
	__u32 flags; /* FLOW_* */
	__u32 reserved;
};
#define FLOW_SEND 1 /* known from sends alone: no connect of the session made it */

/*
 * Busy-flow table: what sockets that send much to one destination count for
 * its flow, beside the flow table. Numbers are to be added; several sockets
 * can have the same flow. An entry whose process is 0 is unused.
 */
#define BUSY_FLOWS 1024

struct busy_flow {
	struct flow_key key;
	__u64 last_time; /* to a tick of the kernel's timer */
	__u64 attempts;
	__u64 local; /* sent by the loopback device */
	__u64 left;  /* sent by any other */
	__u64 bytes_sent;
	__u64 packets_received;
	__u64 bytes_received;
	__u32 last_tick;
	__u32 admitted; /* one above the count of admissions when enforcement allowed it, 0: not asked */
};

/* Unix-socket table: every named socket that a process connected or sent to. */
struct unix_key {
	struct process_key process;
	__u32 test;
	__u16 type;		    /* SOCK_* */
	__u16 length;		    /* bytes of `path`, 0: a peer without a name */
	char path[UNIX_PATH_LIMIT]; /* as given to the kernel; abstract names start with NUL */
	__u32 reserved;
};

struct unix_value {
	__u64 first_time;
	__u64 last_time;
	__u64 attempts;
	__u64 sent; /* successful sends, where the kernel shows them */
	__u64 bytes_sent;
	__u64 refused;
	struct image_id image;
	char comm[TASK_COMM_LENGTH];
	__u32 peer;	   /* pid of who listens, in the initial PID namespace, 0 unknown */
	__u32 peer_member; /* whether that was a process of the session */
	char peer_comm[TASK_COMM_LENGTH];
};

/* Image table: every executable that a child of a process became. */
struct image_key {
	struct process_key parent;
	struct image_id image;
	__u32 test;
	__u32 reserved;
};

struct image_value {
	__u64 first_time;
	__u64 count;
	struct process_key first_process;
	__u32 path_length;
	__u32 flags;		     /* EXEC_PATH_CUT, EXEC_DELETED */
	char path[IMAGE_PATH_LIMIT]; /* components leaf first */
};

/* Member table: live processes of the session. */
struct member {
	__u64 start;
	struct process_key parent;
	struct image_id image;
	__u32 flags; /* MEMBER_* */
	__u32 test;  /* of threads that have none of their own in the thread table */
	__u32 tracer_pid;
	__u32 inherited_test; /* the forker's, which stays when the process's own tests end */
	__u32 open_tests;     /* begun and not ended, MARKER_THREAD's left out */
	__u32 open_sum;	      /* of Swift's open tests, without their levels: where one is left, that one */
	__u32 swift_layout;   /* index in the table of layouts, where MEMBER_RUNS_SWIFT */
	/* Where a runtime.g of the process has its goid and its parentGoid, bytes; 0: not known. */
	__u16 goroutine_number;
	__u16 goroutine_creator;
	__u64 runtime;	       /* address at which its concurrency runtime is loaded */
	__u64 counts_from;     /* time at which the counting of goroutines that are created began anew */
	__u32 goroutine_count; /* how many were */
	__u32 last_seen;       /* up to this number all goroutines were told of, where MEMBER_CREATES_UNSEEN */
	char comm[TASK_COMM_LENGTH];
};
#define MEMBER_CANARY 1
#define MEMBER_READS_ENVIRONMENT 2 /* descends from an interpreter whose children carry a test name */
#define MEMBER_GOROUTINES 8	   /* runs a Go test binary that has probes: its threads run goroutines */
#define MEMBER_RUNS_SWIFT 4	   /* a test binary whose tasks are followed */
#define MEMBER_CREATES_UNSEEN 16   /* no longer tells which goroutines it creates: they are too many */
/* Whatever has contexts of its own: ends with the program, is not inherited. */
#define MEMBER_LANGUAGES (MEMBER_GOROUTINES | MEMBER_RUNS_SWIFT | MEMBER_CREATES_UNSEEN)

/* Thread table: threads that were marked, or that a marked thread created. */
struct thread_test {
	__u32 test;
	__u32 flags; /* THREAD_* */
};
#define THREAD_RUNS_BESIDE 1 /* its test is not its process's: MARKER_THREAD */
#define THREAD_SAYS_SO 2     /* by a marker of its own: comes before what is known of goroutines and tasks */
#define THREAD_AWAITS 4	     /* its runner makes the task that is its test from here on */

#endif
