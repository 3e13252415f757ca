/* Io_uring: IORING_OP_SOCKET and IORING_OP_CONNECT, no socket system call. */
#include "uring.h"

int main(void)
{
	struct ring ring = open_ring(0);
	union address address = TARGET;
	struct io_uring_sqe request = {.opcode = IORING_OP_SOCKET, .fd = AF_INET, .off = SOCK_STREAM};
	long descriptor = submit(&ring, request);

	tell(descriptor < 0 ? descriptor : submit(&ring, connect_request((int)descriptor, &address)));
}
