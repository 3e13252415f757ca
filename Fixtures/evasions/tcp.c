/* Connect(2) over TCP. */
#include "evasion.h"

int main(void)
{
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
}
