/* A raw ICMP socket. */
#include <netinet/ip_icmp.h>

#include "evasion.h"

int main(void)
{
	struct icmphdr echo = {.type = ICMP_ECHO, .checksum = htons(0xf7ff)};
	union address address = address_v4("203.0.113.9", 0);

	tell(sendto(open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), &echo, sizeof(echo), 0, &address.generic,
		    length_of(&address)));
}
