/* Connect(2) to 0.0.0.0, which is loopback. */
#include "evasion.h"

int main(void)
{
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), address_v4("0.0.0.0", 9)));
}
