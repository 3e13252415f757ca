/* Leaves the cgroup of the session, then connects and sends over UDP. */
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
	int descriptor = open_socket(AF_INET, SOCK_DGRAM, 0);
	long result = connect_to(descriptor, TARGET);

	tell(result < 0 ? result : send(descriptor, "ping", 4, 0));
}
