/* Netlink, as a count only. */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "evasion.h"

int main(void)
{
	struct {
		struct nlmsghdr header;
		struct rtgenmsg message;
	} request = {.header = {.nlmsg_len = sizeof(request),
				.nlmsg_type = RTM_GETLINK,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};

	tell(send(open_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), &request, sizeof(request), 0));
}
