/* A raw socket, connected, then written to. */
#include "evasion.h"

int main(void)
{
	int descriptor = open_socket(AF_INET, SOCK_RAW, 253); /* for experiments, RFC 3692 */

	CHECK(connect_to(descriptor, address_v4("203.0.113.9", 0)));
	tell(write(descriptor, "ping", 4));
}
