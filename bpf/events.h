/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The one contract between the kernel programs in bpf/ and the Swift side
 * (module CKernelABI). Every record starts with `struct event_header`; a field
 * named *_length is followed, after the fixed part, by that many bytes, in the
 * order in which the fields are declared. All times are CLOCK_BOOTTIME
 * nanoseconds. Addresses are 16 bytes, network order, IPv4 as ::ffff:a.b.c.d.
 * Ports are host order.
 */
#ifndef PROCESS_TRACER_EVENTS_H
#define PROCESS_TRACER_EVENTS_H

#include <linux/types.h>

/* ------------------------------------------------------------------ limits */

#define ARGV_LIMIT 32768	     /* bytes of argv in one exec record; MAX_ARG_STRLEN is 128 KiB */
#define PATH_LIMIT 4096		     /* PATH_MAX, include/uapi/linux/limits.h */
#define PATH_DEPTH_LIMIT 128	     /* components walked in one path, mounts included */
#define IMAGE_PATH_LIMIT 256	     /* bytes of a path kept in the image table */
#define ENVIRONMENT_LIMIT 4096	     /* bytes of selected environment entries */
#define ENVIRONMENT_ENTRY_LIMIT 1024 /* bytes of one NAME=value entry */
#define ENVIRONMENT_SCAN_LIMIT 512   /* entries looked at in one environment */
#define TASK_COMM_LENGTH 16	     /* TASK_COMM_LEN, include/linux/sched.h */
#define UNIX_PATH_LIMIT 108	     /* sun_path, include/uapi/linux/un.h */
#define DNS_NAME_LIMIT 256	     /* 255 octets with the root label, RFC 1035 section 2.3.4, rounded up */
#define PAYLOAD_LIMIT 4096	     /* bytes of a DNS message, or of what a client sent first, that are looked at */

/* The `protocol` of sockets that have no IP protocol: above every IPPROTO_*. */
#define FAMILY_PROTOCOL(family) (0x1000 + (family))

/* --------------------------------------------------------------- identities */

/* A process: thread-group id in the initial PID namespace, and its start. */
struct process_key {
	__u32 pid;
	__u32 reserved;
	__u64 start;
};

/* An executable: seeded hash of its path (leaf first), and its file. */
struct image_id {
	__u64 path_hash;
	__u64 inode;
	__u32 device;
	__u32 reserved;
};

/*
 * Which test something belongs to, in one word: id << TEST_ID_SHIFT, TEST_FIXTURE, level. 0: none. Ids count up
 * from 1 within a session. A field named `test` holds such a word.
 */
#define TEST_LEVEL_MASK 7
#define TEST_LEVEL_PROCESS 1 /* the one test that its process is running */
#define TEST_LEVEL_CREATOR 2 /* a thread or task that the test created, on whatever it works since */
#define TEST_LEVEL_HANDOFF 3 /* came through a channel or queue from the test */
#define TEST_LEVEL_EXACT 4   /* the test's own thread or task, or a process started from it */
#define TEST_FIXTURE 8	     /* not a test case but a fixture that outlives one */
#define TEST_ID_SHIFT 4
#define TEST_ID_LIMIT (1 << 28)

/* ---------------------------------------------------------------- markers */
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

/* ------------------------------------------------------------------ records */

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

/* A TCP socket that listens, or a datagram socket that was bound. */
struct event_listen {
	struct event_header header;
	__u64 socket;
	__u8 address[16];
	__u16 port;
	__u16 protocol;
	__u32 network_namespace;
	__u32 test;
	__u32 reserved;
};

/* First datagram of a process to a destination; totals are in the flow table. */
struct event_datagram {
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

/* ------------------------------------------------------------------- tables */

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
	__u64 sent;
	__u64 left; /* of `sent`: not by the loopback device */
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
	__u32 reserved;
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
	__u32 reserved;
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

/* So many goroutines created within such a time, and their probe, which takes 2 us each, is to be detached. */
#define GO_CREATIONS 4096
#define GO_CREATIONS_NS 100000000

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

/* ------------------------------------------------------------ stops at exec */

#define STOP_SLOTS 64
#define STOP_PATTERNS 8

/*
 * What the name of a file ends in whose processes are stopped before their
 * first instruction; or the end of a whole name, whose processes are only told
 * of, since what is stopped comes after them.
 */
struct stop_pattern {
	__u64 bytes; /* the name's last bytes, the last one highest */
	__u64 mask;  /* of the bytes that count; never all of them, 0: no pattern */
	__u64 whole; /* of a name that is told of: how long it is; else 0 */
};

/*
 * Which processes are stopped, in memory that kernel, tracer and its guard
 * share: tracer_pid << 32 | STOP_*, or 0. Whoever lets one go sends SIGCONT
 * first and frees the slot then, so that somebody always knows of it.
 */
struct stop_table {
	__u32 is_on;
	__u32 refused; /* not stopped, since no slot was free */
	__u64 slots[STOP_SLOTS];
};
#define STOP_BEGINS 1 /* within the program that sends SIGSTOP */
#define STOP_SENT 2
#define STOP_NO_SLOT STOP_SLOTS	      /* of a process that is only told of */
#define STOP_NO_MORE (STOP_SLOTS + 1) /* of one that passes its probes so often that some are to be detached */

/* To the tracer, in a ring of its own. */
struct stop_request {
	__u32 slot;
	__u32 tracer_pid; /* as seen from the tracer's PID namespace */
	struct process_key process;
};

/* -------------------------------------------------------------- enforcement */

/*
 * Enforcement table: what may be reached, by the longest prefix of the
 * destination. An entry holds the rules of every prefix that contains it;
 * where there is none, nothing is allowed.
 */
struct destination_key {
	__u32 prefix_length; /* bits of `address` */
	__u8 address[16];
};

#define PORT_RANGE_LIMIT 16

struct port_range {
	__u16 first;
	__u16 last; /* below `first`: no port */
};

struct port_set {
	struct port_range ranges[PORT_RANGE_LIMIT];
};

#define TRANSPORT_TCP 0	  /* and MPTCP */
#define TRANSPORT_UDP 1	  /* and UDP-Lite */
#define TRANSPORT_OTHER 2 /* port 0 where the protocol has none */
#define TRANSPORTS 3

struct destination_rules {
	struct port_set allowed[TRANSPORTS];
	struct port_set denied[TRANSPORTS]; /* by a rule: not even an address of the namespace itself */
	__u32 admits_names;		    /* whether a rule about a host can allow an address here */
	__u32 reserved;
};

/*
 * Host-rule table: names that rules allow or deny, turned round and with a NUL
 * in place of each label's length: a label's own NUL is no name's. The longest
 * that a name begins with decides: an entry holds the rules of those within it.
 */
struct host_key {
	__u32 prefix_length; /* bits of `name` */
	char name[DNS_NAME_LIMIT];
};

#define HOST_LIMIT 4096

struct host_rule {
	__u32 prefix_length; /* of the entry's own name, for which `exact` holds */
	__u32 exact;	     /* number of its ports in the table of ports, 0: no rule */
	__u32 below;	     /* the same for its sub-domains */
};

/* Table of ports: a number's are at the index one below it. */
struct host_ports {
	struct port_set allowed[TRANSPORTS];
	struct port_set denied[TRANSPORTS];
};

#define ADDRESS_RULES_LIMIT 8

/* Table of unix sockets' names that are refused, by the longest prefix. */
struct unix_name_key {
	__u32 prefix_length; /* bits of `path` */
	char path[UNIX_PATH_LIMIT];
};

#define NO_DIRECTORY 0xFFFF

struct unix_name_rule {
	__u16 exact; /* the length of the name that is refused, 0: none */
	__u16
	    directory_length; /* with no slash behind this many bytes it is refused; NO_DIRECTORY: that asks for more */
	__u32 below;	      /* whether everything that begins so is refused */
};

/* What the loader sets before the command starts; the only content of .data.enforcement. */
struct enforcement_state {
	struct port_set denied_self[TRANSPORTS]; /* at addresses of the socket's own network namespace */
	__u64 home_namespace; /* SO_NETNS_COOKIE of the namespace whose addresses are in own_addresses */
};

/* ------------------------------------------------------------------- Swift */

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

/* -------------------------------------------------------------------- Rust */

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

/* ------------------------------------------------------------------- spans */

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
