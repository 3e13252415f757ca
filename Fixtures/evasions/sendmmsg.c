/* Sendmmsg(2) over UDP. */
#include "evasion.h"

int main(void)
{
	union address address = TARGET;
	struct iovec payload = {"ping", 4};
	struct msghdr message = {
	    .msg_name = &address, .msg_namelen = length_of(&address), .msg_iov = &payload, .msg_iovlen = 1};
	struct mmsghdr messages[2] = {{.msg_hdr = message}, {.msg_hdr = message}};

	tell(sendmmsg(open_socket(AF_INET, SOCK_DGRAM, 0), messages, 2, 0));
}
