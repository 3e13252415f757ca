/* An AF_XDP socket. */
#include "evasion.h"

int main(void)
{
	open_socket(AF_XDP, SOCK_RAW, 0);
	tell(0);
}
