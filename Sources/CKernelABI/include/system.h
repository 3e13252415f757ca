/* What Swift's Glibc module does not cover. */
#ifndef PROCESS_TRACER_SYSTEM_H
#define PROCESS_TRACER_SYSTEM_H

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A close-on-exec file in memory, -1 and errno where the kernel refuses. memfd_create(2) */
static inline int pt_memory_file(const char *name)
{
	return (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC);
}

/* A directory as a place alone, which no right is needed for. -1 and errno. O_PATH, open(2) */
static inline int pt_open_place(const char *path)
{
	return open(path, 010000000 | O_DIRECTORY | O_CLOEXEC);
}

/* A close-on-exec pipe. 0, or -errno. */
static inline int pt_pipe(int ends[2])
{
	if (pipe(ends))
		return -errno;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

#endif
