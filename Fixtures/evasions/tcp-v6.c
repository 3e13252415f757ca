/* Connect(2) over TCP and IPv6. */
#include "evasion.h"

int main(void)
{
	tell(connect_to(open_socket(AF_INET6, SOCK_STREAM, 0), address_v6("2001:db8:9::9", 443)));
}
