/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What processes, programs and sockets are known by, and how much is kept of a text. */
#ifndef PROCESS_TRACER_ABI_IDENTITIES_H
#define PROCESS_TRACER_ABI_IDENTITIES_H

#include <linux/types.h>

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

#endif
