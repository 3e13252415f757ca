#define _GNU_SOURCE
#include "include/uprobes.h"

#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UPROBE_MULTI_RETURN 1 /* BPF_F_UPROBE_MULTI_RETURN */

/* union bpf_attr, link_create, of Linux 6.6. */
struct uprobe_multi_link {
	uint32_t program;
	uint32_t target;
	uint32_t attach_type;
	uint32_t flags;
	uint64_t path;
	uint64_t offsets;
	uint64_t reference_counters;
	uint64_t cookies;
	uint32_t count;
	uint32_t multi_flags;
	uint32_t pid;
	uint32_t padding;
};

int pt_attach_uprobes(int program, const char *path, const uint64_t *offsets, const uint64_t *cookies, uint32_t count,
		      int is_return)
{
	struct uprobe_multi_link link;
	memset(&link, 0, sizeof link);
	link.program = (uint32_t)program;
	link.attach_type = PT_UPROBE_MULTI;
	link.path = (uint64_t)(uintptr_t)path;
	link.offsets = (uint64_t)(uintptr_t)offsets;
	link.cookies = (uint64_t)(uintptr_t)cookies;
	link.count = count;
	link.multi_flags = is_return ? UPROBE_MULTI_RETURN : 0;
	int descriptor = (int)syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof link);
	return descriptor < 0 ? -errno : descriptor;
}

static void *close_link(void *link)
{
	close((int)(intptr_t)link);
	return NULL;
}

void pt_close_link(int link)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, close_link, (void *)(intptr_t)link))
		close(link);
	else
		pthread_detach(thread);
}
