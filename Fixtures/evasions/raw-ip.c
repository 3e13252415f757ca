/* A raw socket that writes its own IP header (UDP to port 443). */
#include <netinet/ip.h>
#include <netinet/udp.h>

#include "evasion.h"

int main(void)
{
	struct {
		struct iphdr ip;
		struct udphdr udp;
	} __attribute__((packed)) packet = {
	    .ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .daddr = TARGET.v4.sin_addr.s_addr},
	    .udp = {.dest = htons(443), .len = htons(8)},
	};
	union address address = address_v4("203.0.113.9", 0);

	tell(sendto(open_socket(AF_INET, SOCK_RAW, IPPROTO_RAW), &packet, sizeof(packet), 0, &address.generic,
		    length_of(&address)));
}
