/* Leaves the cgroup of the session, then makes a socket. */
#include "evasion.h"

static void leave_cgroup(void)
{
	FILE *processes = fopen("/sys/fs/cgroup/unified/cgroup.procs", "w");

	if (!processes)
		processes = fopen("/sys/fs/cgroup/cgroup.procs", "w");
	if (!processes)
		err(70, "cgroup.procs");
	fprintf(processes, "%d", getpid());
	if (fclose(processes))
		err(70, "cgroup.procs");
}

int main(void)
{
	leave_cgroup();
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
}
