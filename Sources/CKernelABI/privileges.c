#define _GNU_SOURCE
#include "include/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct pt_capabilities pt_get_capabilities(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];
	memset(data, 0, sizeof data);
	syscall(SYS_capget, &header, data);
	return (struct pt_capabilities){
	    .effective = (uint64_t)data[1].effective << 32 | data[0].effective,
	    .permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted,
	    .inheritable = (uint64_t)data[1].inheritable << 32 | data[0].inheritable,
	};
}

int pt_set_capabilities(const struct pt_capabilities *capabilities)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {
	    {(uint32_t)capabilities->effective, (uint32_t)capabilities->permitted, (uint32_t)capabilities->inheritable},
	    {(uint32_t)(capabilities->effective >> 32), (uint32_t)(capabilities->permitted >> 32),
	     (uint32_t)(capabilities->inheritable >> 32)},
	};
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

int pt_is_secure_execution(void)
{
	return getauxval(AT_SECURE) != 0;
}

int pt_assume(const struct pt_identity *identity, uint64_t permitted, uint64_t effective)
{
	struct pt_capabilities kept = {effective, permitted, 0};
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return -errno;
	if (setgroups((size_t)identity->group_count, identity->groups) ||
	    setresgid(identity->group, identity->group, identity->group) ||
	    setresuid(identity->user, identity->user, identity->user))
		return -errno;
	int result = pt_set_capabilities(&kept);
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	return result;
}

void pt_set_dumpable(int dumpable)
{
	prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
}

int pt_bpf_is_refused(void)
{
	union bpf_attr attributes;
	memset(&attributes, 0, sizeof attributes);
	attributes.info.bpf_fd = (__u32)-1;
	return syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof attributes.info) < 0 &&
	       (errno == EPERM || errno == ENOSYS);
}
