/* Sendto(2) over UDP and IPv6. */
#include "evasion.h"

int main(void)
{
	tell(send_to(open_socket(AF_INET6, SOCK_DGRAM, 0), address_v6("2001:db8:9::9", 443)));
}
