/* Sendto(2) over UDP. */
#include "evasion.h"

int main(void)
{
	tell(send_to(open_socket(AF_INET, SOCK_DGRAM, 0), TARGET));
}
