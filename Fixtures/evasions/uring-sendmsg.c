/* Io_uring: IORING_OP_SENDMSG over UDP. */
#include "uring.h"

int main(void)
{
	struct ring ring = open_ring(0);
	union address address = TARGET;
	struct iovec payload = {"ping", 4};
	struct msghdr message = {
	    .msg_name = &address, .msg_namelen = length_of(&address), .msg_iov = &payload, .msg_iovlen = 1};
	struct io_uring_sqe request = {.opcode = IORING_OP_SENDMSG,
				       .fd = open_socket(AF_INET, SOCK_DGRAM, 0),
				       .addr = (uintptr_t)&message,
				       .len = 1};

	tell(submit(&ring, request));
}
