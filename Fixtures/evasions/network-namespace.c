/* A network namespace of its own, without a route. */
#include <sched.h>

#include "evasion.h"

int main(void)
{
	if (unshare(CLONE_NEWNET))
		tell(-1);
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
}
