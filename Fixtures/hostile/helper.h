/* The path of exit-with, which stands beside the running program, and waiting for one child. */
#ifndef HELPER_H
#define HELPER_H

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

static inline const char *helper_directory(void)
{
	static char path[PATH_MAX];

	CHECK(readlink("/proc/self/exe", path, sizeof(path) - 1));
	*strrchr(path, '/') = '\0';
	return path;
}

static inline const char *helper_path(void)
{
	static char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/exit-with", helper_directory());
	return path;
}

static inline int wait_for(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0));
	return status;
}

#endif
