/* A file in memory under a path that others can open, gone with the tracer. */
#ifndef PROCESS_TRACER_KEEPER_H
#define PROCESS_TRACER_KEEPER_H

#include <sys/types.h>

#include "privileges.h"

/*
 * Starts a child that holds `file` as its descriptor 0, as `identity` (NULL: as
 * this process) and with no capability, so that the user's programs may open
 * /proc/PID/fd/0, which they can when this returns. It dies with this process,
 * whatever kills that. Its pid, or -errno; -ECHILD where it could not become
 * that.
 */
pid_t pt_keep_file(int file, const struct pt_identity *identity);

/*
 * Starts a child, with no capability, that removes a file and its directory
 * when `*guard` is closed, whatever kills this process. Its pid, or -errno.
 */
pid_t pt_keep_socket(const char *file, const char *directory, int *guard);

/* Waits for a child that pt_keep_socket started and whose guard is closed. */
void pt_await_keeper(pid_t keeper);

/* Tells a child of this process to end. */
void pt_kill_keeper(pid_t keeper);

/* The same, and waits for it. */
void pt_end_keeper(pid_t keeper);

#endif
