/* Sendto(2) to an IPv4-mapped IPv6 address. */
#include "evasion.h"

int main(void)
{
	tell(send_to(open_socket(AF_INET6, SOCK_DGRAM, 0), address_v6("::ffff:203.0.113.9", 443)));
}
