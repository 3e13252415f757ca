#define _GNU_SOURCE
#include "include/spawn.h"

#include "include/confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static struct clone_args arguments_into(int cgroup, int *pidfd)
{
	struct clone_args args;
	memset(&args, 0, sizeof args);
	args.flags = CLONE_PIDFD;
	args.pidfd = (uint64_t)(uintptr_t)pidfd;
	args.exit_signal = SIGCHLD;
	if (cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup;
	}
	return args;
}

static pid_t clone_into(int cgroup, int *pidfd)
{
	struct clone_args args = arguments_into(cgroup, pidfd);
	return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

/*
 * The same for a child that runs a function and exits with what it returns. It does so on this process's memory, none
 * of which is copied, and this thread waits for its end: vfork(2), with a stack of its own. Its pid, or -errno.
 */
static pid_t run_into(int cgroup, int *pidfd, int (*function)(void *), void *argument)
{
	_Alignas(16) char stack[1 << 16];
	struct clone_args args = arguments_into(cgroup, pidfd);
	args.flags |= CLONE_VM | CLONE_VFORK;
	args.stack = (uint64_t)(uintptr_t)stack;
	args.stack_size = sizeof stack;
#if defined(__x86_64__)
	register void *function_kept __asm__("r12") = (void *)function;
	register void *argument_kept __asm__("r13") = argument;
	long result;
	__asm__ volatile("syscall\n"
			 "testq %%rax, %%rax\n"
			 "jnz 1f\n"
			 "xorl %%ebp, %%ebp\n"
			 "movq %%r13, %%rdi\n"
			 "callq *%%r12\n"
			 "movl %%eax, %%edi\n"
			 "movl %[exit], %%eax\n"
			 "syscall\n"
			 "1:"
			 : "=a"(result)
			 : "a"((long)SYS_clone3), "D"(&args), "S"(sizeof args), "r"(function_kept),
			   "r"(argument_kept), [exit] "i"(SYS_exit_group)
			 : "rcx", "r11", "memory");
#elif defined(__aarch64__)
	register long result __asm__("x0") = (long)&args;
	register long size __asm__("x1") = sizeof args;
	register long number __asm__("x8") = SYS_clone3;
	register void *function_kept __asm__("x19") = (void *)function;
	register void *argument_kept __asm__("x20") = argument;
	__asm__ volatile("svc 0\n"
			 "cbnz x0, 1f\n"
			 "mov x29, xzr\n"
			 "mov x0, x20\n"
			 "blr x19\n"
			 "mov x8, %[exit]\n"
			 "svc 0\n"
			 "1:"
			 : "+r"(result)
			 : "r"(size), "r"(number), "r"(function_kept), "r"(argument_kept), [exit] "i"(SYS_exit_group)
			 : "x30", "memory");
#else
#error "no way known to start a child on its parent's memory"
#endif
	return (pid_t)result;
}

/* What a child says of itself before exec: the step that failed, or LISTENER with the descriptor. */
#define LISTENER 0

static void fail(int result, int step)
{
	struct pt_packet packet = {step, errno, 0};
	_exit(pt_send_packet(result, &packet, NULL, 0) ? 126 : 127);
}

/* Nobody is left who would answer where the tracer does not get it: then the command must not run. */
static void hand_over(int listener, int result)
{
	struct pt_packet packet = {LISTENER, 0, 0};
	int error = -pt_send_packet(result, &packet, &listener, 1);
	close(listener);
	if ((errno = error))
		fail(result, PT_SPAWN_CONFINE);
}

/* From here on with the command's rights alone. 0, or -1 and errno. */
static int become(const struct pt_spawn_request *request)
{
	const struct pt_identity *identity = request->identity;
	if (identity) {
		struct pt_capabilities all = pt_get_capabilities();
		all.effective = all.permitted;
		pt_set_capabilities(&all);
		if (setgroups((size_t)identity->group_count, identity->groups) ||
		    setresgid(identity->group, identity->group, identity->group) ||
		    setresuid(identity->user, identity->user, identity->user))
			return -1;
	}
	if (request->drops_capabilities && geteuid() != 0) {
		struct pt_capabilities none = {0, 0, 0};
		int result = pt_set_capabilities(&none);
		errno = -result;
		return result ? -1 : 0;
	}
	return 0;
}

/* execvp searches the command's own PATH and treats a script without #! as the shell does. */
static void run(const struct pt_spawn_request *request, int gate, int result)
{
	char byte;
	if (read(gate, &byte, 1) != 1)
		_exit(125); /* the tracer died: nothing must run untraced */
	if (become(request))
		fail(result, PT_SPAWN_IDENTITY);
	if (request->directory && chdir(request->directory))
		fail(result, PT_SPAWN_DIRECTORY);
	/* Handlers are gone after exec; ignored signals stay as the caller had them. */
	sigprocmask(SIG_SETMASK, request->signal_mask, NULL);
	int listener = -1;
	if (request->is_confined && (errno = -pt_confine(&listener)))
		fail(result, PT_SPAWN_CONFINE);
	if (listener >= 0)
		hand_over(listener, result);
	environ = (char **)request->environment;
	execvp(request->argv[0], request->argv);
	fail(result, PT_SPAWN_EXEC);
}

int pt_spawn(const struct pt_spawn_request *request, struct pt_child *child)
{
	int gate[2], result[2];
	if (pipe2(gate, O_CLOEXEC))
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, result)) {
		int error = errno;
		close(gate[0]);
		close(gate[1]);
		return -error;
	}
	pid_t pid = clone_into(request->cgroup, &child->pidfd);
	if (pid == 0) {
		close(gate[1]);
		close(result[0]);
		run(request, gate[0], result[1]);
	}
	int error = errno;
	close(gate[0]);
	close(result[1]);
	if (pid < 0) {
		close(gate[1]);
		close(result[0]);
		return -error;
	}
	child->pid = pid;
	child->gate = gate[1];
	child->result = result[0];
	child->listener = -1;
	return 0;
}

struct pt_spawn_failure pt_spawn_release(struct pt_child *child)
{
	struct pt_spawn_failure failure = {0, 0};
	if (write(child->gate, "", 1) != 1)
		failure = (struct pt_spawn_failure){PT_SPAWN_EXEC, errno};
	close(child->gate);
	struct pt_packet packet;
	int descriptors[PT_PACKET_DESCRIPTORS], count;
	/* Exec closes the other end. */
	while (pt_receive_packet(child->result, &packet, descriptors, &count) == 1) {
		if (packet.kind == LISTENER && count == 1)
			child->listener = descriptors[0];
		else
			failure = (struct pt_spawn_failure){packet.kind, packet.first};
	}
	close(child->result);
	return failure;
}

struct canary_address {
	const struct sockaddr *address;
	socklen_t length;
};

/* 0, or an errno; -1 where a datagram had no way to be tried. Any result will do: the kernel side must see attempts. */
static int attempt(int fd, int type, struct canary_address to, bool connects)
{
	ssize_t result = 0;
	if (connects)
		result = connect(fd, to.address, to.length);
	if (result < 0 && type == SOCK_DGRAM)
		return -1;
	if (type == SOCK_DGRAM)
		result = sendto(fd, "", 1, 0, connects ? NULL : to.address, connects ? 0 : to.length);
	return result < 0 ? errno : 0;
}

/* The bits of `enum pt_canary_result` that a family earns. */
static int attempts(int family, unsigned short port)
{
	bool is_ipv4 = family == AF_INET;
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in6 v6 = {
	    .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct canary_address to = {is_ipv4 ? (void *)&v4 : (void *)&v6, is_ipv4 ? sizeof v4 : sizeof v6};
	static const struct {
		int type;
		bool connects;
	} ways[] = {{SOCK_STREAM, true}, {SOCK_DGRAM, false}, {SOCK_DGRAM, true}};
	int bits = is_ipv4 ? PT_CANARY_IPV4 | PT_CANARY_REFUSED_IPV4 : PT_CANARY_IPV6 | PT_CANARY_REFUSED_IPV6;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		int fd = socket(family, ways[i].type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd < 0)
			return 0;
		int error = attempt(fd, ways[i].type, to, ways[i].connects);
		if (error < 0)
			bits |= is_ipv4 ? PT_CANARY_UNROUTED_IPV4 : PT_CANARY_UNROUTED_IPV6;
		else if (error != EPERM)
			bits &= ~(PT_CANARY_REFUSED_IPV4 | PT_CANARY_REFUSED_IPV6);
		if (!error && ways[i].type == SOCK_DGRAM)
			bits |= is_ipv4 ? PT_CANARY_SENT_IPV4 : PT_CANARY_SENT_IPV6;
		close(fd);
	}
	return bits;
}

static int all_attempts(void *port)
{
	return attempts(AF_INET, *(unsigned short *)port) | attempts(AF_INET6, *(unsigned short *)port);
}

int pt_canary(int cgroup, unsigned short port, struct pt_child *child)
{
	/* No handler of this process's may run in its child. */
	sigset_t all, before;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid_t pid = run_into(cgroup, &child->pidfd, all_attempts, &port);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		return pid;
	child->pid = pid;
	child->gate = child->result = child->listener = -1;
	return 0;
}

int pt_wait(int pidfd, int options, int *status, int *code)
{
	siginfo_t info;
	memset(&info, 0, sizeof info);
	int result;
	do
		result = waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, options);
	while (result < 0 && errno == EINTR);
	if (result < 0)
		return -errno;
	*status = info.si_status;
	*code = info.si_pid ? info.si_code : 0;
	return 0;
}

int pt_pidfd_open(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	return fd < 0 ? -errno : fd;
}

int pt_pidfd_send_signal(int pidfd, int signal)
{
	return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}
