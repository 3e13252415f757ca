/* Io_uring: IORING_OP_CONNECT by the kernel's polling thread (SQPOLL). */
#include "uring.h"

int main(void)
{
	struct ring ring = open_ring(IORING_SETUP_SQPOLL);
	union address address = TARGET;

	tell(submit(&ring, connect_request(open_socket(AF_INET, SOCK_STREAM, 0), &address)));
}
