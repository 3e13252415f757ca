/* Processes that the kernel stopped at exec for the tracer: letting them go, and the guard who does it in its place. */
#ifndef PROCESS_TRACER_STOPS_H
#define PROCESS_TRACER_STOPS_H

#include <stdint.h>
#include <sys/types.h>

#include "../../../bpf/abi.h"

/* Seconds after which the guard lets a stopped process go that the tracer has not let go. */
#define PT_STOP_SECONDS 5

/* Lets the process in a slot go, unless somebody did already: 1, or 0. -errno where the kernel refuses. */
int pt_stop_release(struct stop_table *table, unsigned slot, uint32_t pid);

/* Whether any process will be stopped from here on. Behind switching off, lets all go. */
void pt_stops_switch(struct stop_table *table, int on);

/*
 * Starts a child that lets stopped processes go when this process is dead,
 * whatever kills it, or when one has waited for PT_STOP_SECONDS. `requests` is
 * the descriptor of the ring that tells of them, `*ready` what to await. Its
 * pid, or -errno.
 */
pid_t pt_start_guard(struct stop_table *table, int requests, int *ready);

/* Waits until a guard is at its post, and closes `ready`. 0, or -ECHILD where it could not take it. */
int pt_await_guard(int ready);

/* Maps a table of the kernel's into this process. NULL and errno where the kernel refuses. */
struct stop_table *pt_map_stops(int map);

#endif
