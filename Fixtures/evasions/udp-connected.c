/* UDP: connect(2), then send(2). */
#include "evasion.h"

int main(void)
{
	int descriptor = open_socket(AF_INET, SOCK_DGRAM, 0);
	long result = connect_to(descriptor, TARGET);

	tell(result < 0 ? result : send(descriptor, "ping", 4, 0));
}
