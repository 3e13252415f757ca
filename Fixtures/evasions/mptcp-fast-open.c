/* Multipath TCP with MSG_FASTOPEN. */
#include "evasion.h"

int main(void)
{
	union address address = TARGET;

	tell(sendto(open_socket(AF_INET, SOCK_STREAM, 262), "ping", 4, MSG_FASTOPEN, &address.generic,
		    length_of(&address)));
}
