#include "include/confinement.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "include/privileges.h"

static const int withheld[] = {CAP_NET_RAW,   CAP_NET_ADMIN,  CAP_BPF,	      CAP_PERFMON,
			       CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYS_MODULE, CAP_SYS_RAWIO};

/* Those that the process does not have it cannot get either: nothing executed gives rights any more. */
static int withhold_capabilities(void)
{
	struct pt_capabilities kept = pt_get_capabilities();
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (size_t i = 0; i < sizeof withheld / sizeof *withheld; i++) {
		unsigned long long bit = 1ULL << withheld[i];
		/* A process of root's gets at exec what the bounding set leaves, by its user id alone. */
		if (geteuid() == 0 && prctl(PR_CAPBSET_READ, withheld[i], 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, withheld[i], 0, 0, 0))
			return -errno;
		kept.effective &= ~bit;
		kept.permitted &= ~bit;
		kept.inheritable &= ~bit;
	}
	return pt_set_capabilities(&kept);
}

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#define FOREIGN_ARCHITECTURE AUDIT_ARCH_I386
#define FOREIGN_SOCKET 359
#define FOREIGN_SOCKETCALL 102
#define CALL_LIMIT 0x40000000 /* x32, whose numbers begin there, has the same architecture */
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#define FOREIGN_ARCHITECTURE AUDIT_ARCH_ARM
#define FOREIGN_SOCKET 281
#define FOREIGN_SOCKETCALL 102
#define CALL_LIMIT 0x40000000
#endif

/* Places in the filter below. */
enum place { FOREIGN = 4, OWN = 7, RING = 10, UNKNOWN = 12, FAMILY = 13, REFUSED = 19, ALLOWED = 20 };

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define JUMP(from, test, value, then, otherwise)                                                                       \
	BPF_JUMP(BPF_JMP | BPF_K | (test), (value), (then) - (from)-1, (otherwise) - (from)-1)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))

/*
 * Lets through the families that cgroup hooks decide about, and those by which nothing leaves the machine. `refusal` is
 * what becomes of the others, and of io_uring. The descriptor of who is told, 0 where `flags` ask for none, or -errno.
 */
static int filter_calls(unsigned refusal, unsigned flags)
{
	struct sock_filter filter[] = {
	    [0] = LOAD(arch),
	    [1] = JUMP(1, BPF_JEQ, OWN_ARCHITECTURE, OWN, 2),
	    [2] = JUMP(2, BPF_JEQ, FOREIGN_ARCHITECTURE, FOREIGN, 3),
	    [3] = RETURN(SECCOMP_RET_ERRNO | ENOSYS),
	    [FOREIGN] = LOAD(nr),
	    /* Its arguments are in memory, where a filter does not see them. */
	    [5] = JUMP(5, BPF_JEQ, FOREIGN_SOCKETCALL, UNKNOWN, 6),
	    [6] = JUMP(6, BPF_JEQ, FOREIGN_SOCKET, FAMILY, RING),
	    [OWN] = LOAD(nr),
	    [8] = JUMP(8, BPF_JGE, CALL_LIMIT, UNKNOWN, 9),
	    [9] = JUMP(9, BPF_JEQ, __NR_socket, FAMILY, RING),
	    /* Numbers from 424 on are those of every architecture. */
	    [RING] = JUMP(RING, BPF_JGE, __NR_io_uring_setup, 11, ALLOWED),
	    [11] = JUMP(11, BPF_JGT, __NR_io_uring_register, ALLOWED, REFUSED),
	    [UNKNOWN] = RETURN(SECCOMP_RET_ERRNO | ENOSYS),
	    [FAMILY] = LOAD(args[0]), /* the lower half: both architectures are little endian */
	    [14] = JUMP(14, BPF_JEQ, AF_UNIX, ALLOWED, 15),
	    [15] = JUMP(15, BPF_JEQ, AF_INET, ALLOWED, 16),
	    [16] = JUMP(16, BPF_JEQ, AF_INET6, ALLOWED, 17),
	    [17] = JUMP(17, BPF_JEQ, AF_NETLINK, ALLOWED, 18),
	    [18] = JUMP(18, BPF_JEQ, AF_ALG, ALLOWED, REFUSED),
	    [REFUSED] = RETURN(refusal),
	    [ALLOWED] = RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
	long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	return result < 0 ? -errno : (int)result;
}

/* From Linux 5.19: a call that the tracer has been told of is not begun again, and told again, for a signal. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* Only one filter of a process can have somebody who is told; where a container's has, the calls fail untold. */
static int filter_and_tell(int *listener)
{
	int told = filter_calls(SECCOMP_RET_USER_NOTIF,
				SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	*listener = told < 0 ? -1 : told;
	return told < 0 ? filter_calls(SECCOMP_RET_ERRNO | EPERM, 0) : 0;
}

int pt_confine(int *listener)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return -errno;
	int result = withhold_capabilities();
	return result ? result : filter_and_tell(listener);
}
