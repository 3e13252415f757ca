/* Ways to start a child that runs exit-with, and the list of how children ended. */
#ifndef LAUNCH_H
#define LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum via { VIA_FORK, VIA_VFORK, VIA_POSIX_SPAWN, VIA_FORK_ONLY };

struct options {
	const char *workload;
	enum via via;
	size_t children;
	bool lists; /* print every pid and code, not only their number */
	double start;
};

struct exits {
	size_t count;
	struct {
		pid_t pid;
		int code;
	} list[];
};

/* Reads `N [--via fork|vfork|posix_spawn|fork-only] [--no-list]`. */
struct options parse_options(const char *workload, int argc, char **argv);

/* Every child ends with the code of its number: 0 to 249 and again. */
int code_of(size_t child);

struct exits *new_exits(size_t capacity);

/* Starts `exit-with code`; with descriptors (else -1) it waits for the end of stdin. */
pid_t launch(enum via via, int code, int standard_input, int standard_output);

/* Waits for any child and notes how it ended. */
void reap(struct exits *exits);

/* One line of JSON: the workload, this process's pid, and pid and code of every child. */
void print_exits(const struct options *options, const struct exits *exits);

#endif
