/* Seconds since some moment, for how long a workload took without its start. */
#ifndef STOPWATCH_H
#define STOPWATCH_H

#include <time.h>

static inline double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

#endif
