/* Probes on many places of a file with one link, which libbpf knows from 1.3 on. */
#ifndef PROCESS_TRACER_UPROBES_H
#define PROCESS_TRACER_UPROBES_H

#include <stdint.h>

/* BPF_TRACE_UPROBE_MULTI, include/uapi/linux/bpf.h of Linux 6.6. */
#define PT_UPROBE_MULTI 48

/*
 * Attaches a program to `count` file offsets, or to the returns of functions
 * there, each with the number that bpf_get_attach_cookie gives there. A link that detaches when it is closed, or
 * -errno; EINVAL before Linux 6.6.
 */
int pt_attach_uprobes(int program, const char *path, const uint64_t *offsets, const uint64_t *cookies, uint32_t count,
		      int is_return);

/*
 * Closes a link on a thread of its own: the kernel waits for every processor
 * before it lets go of probes, and several such waits at once take no longer
 * than one.
 */
void pt_close_link(int link);

#endif
