/* A socket received by SCM_RIGHTS, connected by the command. */
#include "evasion.h"

/* The socket that a process outside the session passes over descriptor 3. */
static int received(void)
{
	char byte;
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec payload = {&byte, 1};
	struct msghdr message = {
	    .msg_iov = &payload, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};

	CHECK(recvmsg(3, &message, 0));
	int descriptor;

	memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(descriptor));
	return descriptor;
}

int main(void)
{
	tell(connect_to(received(), TARGET));
}
