/* What a command of an enforcing run may not have: capabilities and system calls that lead around the hooks. */
#ifndef PROCESS_TRACER_CONFINEMENT_H
#define PROCESS_TRACER_CONFINEMENT_H

/*
 * Confines the calling process and all that it starts, for good: no new
 * privileges by execution, none of the capabilities by which packets, programs
 * of the kernel or other processes' memory are reached, no socket of a family
 * that no hook decides about, no io_uring. It dies with its parent. 0, or
 * -errno. Such calls wait until whoever has `listener` answers them; -1: they
 * fail at once, since a filter of before has its own listener.
 */
int pt_confine(int *listener);

#endif
