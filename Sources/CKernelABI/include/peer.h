/* Who is at the other end of a unix socket. */
#ifndef PROCESS_TRACER_PEER_H
#define PROCESS_TRACER_PEER_H

#include <sys/types.h>

/*
 * Accepts a connection, non-blocking and closed at exec; `*peer` is the process
 * that connected, as this process's PID namespace sees it, 0 where it does not.
 * The descriptor, or -errno.
 */
int pt_accept_peer(int listener, pid_t *peer);

#endif
