#include "keeper.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void keep(int file, const struct pt_identity *identity, pid_t parent)
{
	struct pt_capabilities none = {0, 0, 0};
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	if (dup2(file, 0) < 0 || syscall(SYS_close_range, 1, UINT_MAX, 0) || chdir("/"))
		_exit(1);
	if (identity ? pt_assume(identity, 0, 0) : pt_set_capabilities(&none))
		_exit(1);
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	/* Behind the change of credentials, which clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	while (getppid() == parent)
		pause();
	_exit(0);
}

pid_t pt_keep_file(int file, const struct pt_identity *identity)
{
	pid_t parent = getpid(), keeper = fork();
	if (keeper == 0)
		keep(file, identity, parent);
	return keeper < 0 ? -errno : keeper;
}

void pt_end_keeper(pid_t keeper)
{
	kill(keeper, SIGKILL);
	while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR)
		;
}
