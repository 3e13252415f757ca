#define _GNU_SOURCE

#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Says on `ready` when others can open the file. */
static _Noreturn void keep(int file, const struct pt_identity *identity, pid_t parent, int ready)
{
	struct pt_capabilities none = {0, 0, 0};
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	if (dup2(file, 0) < 0 || dup2(ready, 1) < 0 || syscall(SYS_close_range, 2, UINT_MAX, 0) || chdir("/"))
		_exit(1);
	if (identity ? pt_assume(identity, 0, 0) : pt_set_capabilities(&none))
		_exit(1);
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	/* Behind the change of credentials, which clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (write(1, "", 1) != 1)
		_exit(1);
	close(1);
	while (getppid() == parent)
		pause();
	_exit(0);
}

pid_t pt_keep_file(int file, const struct pt_identity *identity)
{
	pid_t parent = getpid(), keeper;
	int ready[2], code = 0;
	char said;
	ssize_t length;

	if (pipe2(ready, O_CLOEXEC))
		return -errno;
	keeper = fork();
	if (keeper == 0) {
		/* Not among the descriptors that it moves to. */
		int moved = fcntl(ready[1], F_DUPFD, 3), kept = fcntl(file, F_DUPFD, 3);

		keep(kept, identity, parent, moved);
	}
	code = errno;
	close(ready[1]);
	if (keeper > 0) {
		while ((length = read(ready[0], &said, 1)) < 0 && errno == EINTR)
			;
		if (length != 1) {
			pt_end_keeper(keeper);
			keeper = -1;
			code = ECHILD;
		}
	}
	close(ready[0]);
	return keeper < 0 ? -code : keeper;
}

static _Noreturn void remove_when_closed(int guard, const char *file, const char *directory)
{
	struct pt_capabilities none = {0, 0, 0};
	sigset_t all;
	char byte;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	if (dup2(guard, 0) < 0 || syscall(SYS_close_range, 1, UINT_MAX, 0) || chdir("/"))
		_exit(1);
	pt_set_capabilities(&none);
	while (read(0, &byte, 1) < 0 && errno == EINTR)
		;
	unlink(file);
	rmdir(directory);
	_exit(0);
}

pid_t pt_keep_socket(const char *file, const char *directory, int *guard)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid_t keeper = fork();
	int failure = errno;
	if (keeper == 0) {
		close(ends[1]);
		remove_when_closed(ends[0], file, directory);
	}
	close(ends[0]);
	if (keeper < 0) {
		close(ends[1]);
		return -failure;
	}
	*guard = ends[1];
	return keeper;
}

void pt_await_keeper(pid_t keeper)
{
	while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR)
		;
}

void pt_kill_keeper(pid_t keeper)
{
	kill(keeper, SIGKILL);
}

void pt_end_keeper(pid_t keeper)
{
	pt_kill_keeper(keeper);
	pt_await_keeper(keeper);
}
