#define _GNU_SOURCE
#include "include/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static pid_t clone_into(int cgroup, int *pidfd)
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
	return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

static void fail(int result, int step)
{
	struct pt_spawn_failure failure = {step, errno};
	ssize_t written = write(result, &failure, sizeof failure);
	_exit(written == sizeof failure ? 127 : 126);
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
	environ = (char **)request->environment;
	execvp(request->argv[0], request->argv);
	fail(result, PT_SPAWN_EXEC);
}

int pt_spawn(const struct pt_spawn_request *request, struct pt_child *child)
{
	int gate[2], result[2];
	if (pipe2(gate, O_CLOEXEC))
		return -errno;
	if (pipe2(result, O_CLOEXEC)) {
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
	return 0;
}

struct pt_spawn_failure pt_spawn_release(struct pt_child *child)
{
	struct pt_spawn_failure failure = {0, 0};
	if (write(child->gate, "", 1) != 1)
		failure = (struct pt_spawn_failure){PT_SPAWN_EXEC, errno};
	close(child->gate);
	ssize_t got;
	do
		got = read(child->result, &failure, sizeof failure);
	while (got < 0 && errno == EINTR);
	close(child->result);
	return failure;
}

/* The bits of `enum pt_canary_result` that one attempt earns. */
static int attempt(int family, int type, unsigned short port)
{
	int bits = family == AF_INET ? PT_CANARY_IPV4 : PT_CANARY_IPV6;
	int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return 0;
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in6 v6 = {
	    .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	const struct sockaddr *address = family == AF_INET ? (void *)&v4 : (void *)&v6;
	socklen_t length = family == AF_INET ? sizeof v4 : sizeof v6;
	/* Any result will do: an attempt is what the kernel side must see. */
	if (type == SOCK_STREAM)
		(void)connect(fd, address, length);
	else if (sendto(fd, "", 1, 0, address, length) == 1)
		bits |= family == AF_INET ? PT_CANARY_SENT_IPV4 : PT_CANARY_SENT_IPV6;
	close(fd);
	return bits;
}

int pt_canary(int cgroup, unsigned short port, struct pt_child *child)
{
	pid_t pid = clone_into(cgroup, &child->pidfd);
	if (pid == 0) {
		int bits = attempt(AF_INET, SOCK_STREAM, port) | attempt(AF_INET, SOCK_DGRAM, port);
		bits |= attempt(AF_INET6, SOCK_STREAM, port) | attempt(AF_INET6, SOCK_DGRAM, port);
		_exit(bits);
	}
	if (pid < 0)
		return -errno;
	child->pid = pid;
	child->gate = child->result = -1;
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
