/* Identities, capabilities and descriptors between the tracer's two processes. */
#ifndef PROCESS_TRACER_PRIVILEGES_H
#define PROCESS_TRACER_PRIVILEGES_H

#include <stdint.h>
#include <sys/types.h>

/* Sets of capabilities as bits, linux/capability.h. */
struct pt_capabilities {
	uint64_t effective;
	uint64_t permitted;
	uint64_t inheritable;
};

struct pt_capabilities pt_get_capabilities(void);

/* 0, or -errno. capset(2) */
int pt_set_capabilities(const struct pt_capabilities *capabilities);

/* Whether the file of this program has capabilities that its execution gave to this process. */
int pt_is_secure_execution(void);

struct pt_identity {
	uid_t user;
	gid_t group;
	const gid_t *groups;
	int group_count;
};

/*
 * Becomes this user and keeps of its rights `permitted`, of which `effective`
 * are in force. 0, or -errno.
 */
int pt_assume(const struct pt_identity *identity, uint64_t permitted, uint64_t effective);

/* Whether others of this user may look into this process. PR_SET_DUMPABLE */
void pt_set_dumpable(int dumpable);

/* Whether bpf(2) fails for a call that the kernel itself would only find wrong: EPERM or ENOSYS, as seccomp filters
   answer. */
int pt_bpf_is_refused(void);

/* One message between the two processes. */
struct pt_packet {
	int32_t kind;
	int32_t first;
	int32_t second;
};

#define PT_PACKET_DESCRIPTORS 4

/* A listening socket of the kernel's choice of name in the abstract namespace; `name` gets its 5 characters and NUL.
   The descriptor, or -errno. unix(7) */
int pt_listen(char name[6]);

/* The next connection of a peer with user id 0; others are refused. The descriptor, or -errno. */
int pt_accept_root(int listener);

/* Connects to the socket of that name, and tells who listens there. The descriptor, or -errno. */
int pt_connect(const char *name, pid_t *pid, uid_t *user, gid_t *group);

/* The supplementary groups of the process that listens at the other end: how many, or -errno. SO_PEERGROUPS */
int pt_peer_groups(int socket, gid_t *groups, int capacity);

/* Sends a packet with descriptors. 0, or -errno. */
int pt_send_packet(int socket, const struct pt_packet *packet, const int *descriptors, int count);

/*
 * Receives a packet; its descriptors are close-on-exec, and `*count` says how
 * many there are. 1, 0 at the end of the stream, or -errno.
 */
int pt_receive_packet(int socket, struct pt_packet *packet, int descriptors[PT_PACKET_DESCRIPTORS], int *count);

#endif
