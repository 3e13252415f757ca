/* Leaves the cgroup of the session, then sends on a raw socket. */
#include <netinet/ip_icmp.h>

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
	struct icmphdr echo = {.type = ICMP_ECHO, .checksum = htons(0xf7ff)};
	union address address = address_v4("203.0.113.9", 0);

	tell(sendto(open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), &echo, sizeof(echo), 0, &address.generic,
		    length_of(&address)));
}
