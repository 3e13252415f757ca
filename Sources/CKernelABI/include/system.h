/* What Swift's Glibc module does not cover. */
#ifndef PROCESS_TRACER_SYSTEM_H
#define PROCESS_TRACER_SYSTEM_H

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

#endif
