/* Io_uring: IORING_OP_CONNECT. */
#include "uring.h"

int main(void)
{
	struct ring ring = open_ring(0);
	union address address = TARGET;

	tell(submit(&ring, connect_request(open_socket(AF_INET, SOCK_STREAM, 0), &address)));
}
