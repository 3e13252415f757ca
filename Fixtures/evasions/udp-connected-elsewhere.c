/* UDP: connected to one address, sendto(2) another. */
#include "evasion.h"

int main(void)
{
	int descriptor = open_socket(AF_INET, SOCK_DGRAM, 0);

	CHECK(connect_to(descriptor, address_v4("127.0.0.1", 9)));
	tell(send_to(descriptor, TARGET));
}
