/* TCP_FASTOPEN_CONNECT: the SYN leaves with the first write. */
#include <netinet/tcp.h>

#include "evasion.h"

int main(void)
{
	int descriptor = open_socket(AF_INET, SOCK_STREAM, 0);

	CHECK(setsockopt(descriptor, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &(int){1}, sizeof(int)));
	long result = connect_to(descriptor, TARGET);

	tell(result < 0 ? result : write(descriptor, "ping", 4));
}
