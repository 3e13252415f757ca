/* A ping socket (SOCK_DGRAM, IPPROTO_ICMP), which needs no privilege. */
#include <netinet/ip_icmp.h>

#include "evasion.h"

int main(void)
{
	int group = (int)getegid();
	FILE *range = fopen("/proc/sys/net/ipv4/ping_group_range", "w"); /* of this network namespace */

	if (range) {
		fprintf(range, "%d %d", group, group);
		fclose(range);
	}
	struct icmphdr echo = {.type = ICMP_ECHO};
	union address address = address_v4("203.0.113.9", 0);

	tell(sendto(open_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), &echo, sizeof(echo), 0, &address.generic,
		    length_of(&address)));
}
