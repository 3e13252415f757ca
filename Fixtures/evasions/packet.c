/* An AF_PACKET socket: a frame of one's own making. */
#include <net/ethernet.h>
#include <netpacket/packet.h>

#include "evasion.h"

int main(void)
{
	struct sockaddr_ll address = {
	    .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = 1, .sll_halen = 6};
	char frame[60] = {0};

	tell(sendto(open_socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP)), frame, sizeof(frame), 0,
		    (struct sockaddr *)&address, sizeof(address)));
}
