#ifndef PROCESS_TRACER_SPAWN_H
#define PROCESS_TRACER_SPAWN_H

#include <signal.h>
#include <sys/types.h>

#include "privileges.h"

/* Where starting a command failed. */
enum pt_spawn_step {
	PT_SPAWN_CLONE = 1, /* clone3 itself: the cgroup, or resources */
	PT_SPAWN_IDENTITY,  /* the user's groups or ids */
	PT_SPAWN_DIRECTORY, /* chdir */
	PT_SPAWN_EXEC,	    /* the command was not found or not executable */
	PT_SPAWN_CONFINE,   /* pt_confine */
};

struct pt_spawn_request {
	char *const *argv;
	char *const *environment;
	const char *directory;		    /* NULL: the caller's */
	int cgroup;			    /* directory descriptor, -1: the caller's cgroup */
	const sigset_t *signal_mask;	    /* the mask that the command gets */
	const struct pt_identity *identity; /* NULL: the tracer's */
	int drops_capabilities;		    /* the tracer has rights that the command must not have before exec */
	int is_confined;		    /* by pt_confine */
};

struct pt_child {
	pid_t pid;
	int pidfd;
	int gate;     /* write one byte to let it run; closing it ends it */
	int result;   /* what the child says before exec: pt_spawn_release reads it */
	int listener; /* of a confined one after its release: where its refused calls wait (refusals.h); -1: nowhere */
};

struct pt_spawn_failure {
	int step;
	int error;
};

/*
 * Starts a command that waits before exec until `gate` is written. 0, or -errno
 * of clone3 (ENOSYS before Linux 5.3, EACCES where the cgroup refuses).
 */
int pt_spawn(const struct pt_spawn_request *request, struct pt_child *child);

/* Lets the command exec. 0, or the failure. The listener is the caller's to close. */
struct pt_spawn_failure pt_spawn_release(struct pt_child *child);

/* What the canary could do, as its exit code. */
enum pt_canary_result {
	PT_CANARY_IPV4 = 1, /* the kernel has the family */
	PT_CANARY_IPV6 = 2,
	PT_CANARY_SENT_IPV4 = 4, /* its datagram was accepted for sending */
	PT_CANARY_SENT_IPV6 = 8,
	PT_CANARY_REFUSED_IPV4 = 16, /* every attempt failed with EPERM */
	PT_CANARY_REFUSED_IPV6 = 32,
	PT_CANARY_UNROUTED_IPV4 = 64, /* no datagram on a connected socket: loopback is down */
	PT_CANARY_UNROUTED_IPV6 = 128,
};

/*
 * Runs a child that makes one attempt each over TCP and UDP, and over UDP on
 * a connected socket, IPv4 and IPv6, to port `port` of loopback, and exits with
 * enum pt_canary_result; it has when this returns. -errno if it could not start.
 */
int pt_canary(int cgroup, unsigned short port, struct pt_child *child);

/* The status word of a child by its pidfd, after it ended. -errno on failure; `status` as from wait(2). */
int pt_wait(int pidfd, int options, int *status, int *code);

int pt_pidfd_open(pid_t pid);
int pt_pidfd_send_signal(int pidfd, int signal);

#endif
