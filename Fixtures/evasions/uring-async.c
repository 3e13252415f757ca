/* Io_uring: IORING_OP_CONNECT in a kernel worker (IOSQE_ASYNC). */
#include "uring.h"

int main(void)
{
	struct ring ring = open_ring(0);
	union address address = TARGET;
	struct io_uring_sqe request = connect_request(open_socket(AF_INET, SOCK_STREAM, 0), &address);

	request.flags = IOSQE_ASYNC;
	tell(submit(&ring, request));
}
