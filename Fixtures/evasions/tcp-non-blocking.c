/* Connect(2) that does not wait (EINPROGRESS). */
#include "evasion.h"

int main(void)
{
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), TARGET));
}
