/* TCP Fast Open: sendto(MSG_FASTOPEN) without connect(2). */
#include "evasion.h"

int main(void)
{
	union address address = TARGET;

	tell(sendto(open_socket(AF_INET, SOCK_STREAM, 0), "ping", 4, MSG_FASTOPEN, &address.generic,
		    length_of(&address)));
}
