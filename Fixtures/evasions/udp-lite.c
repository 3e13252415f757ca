/* Sendto(2) over UDP-Lite. */
#include "evasion.h"

int main(void)
{
	tell(send_to(open_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE), TARGET));
}
