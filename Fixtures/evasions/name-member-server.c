/* A nameserver of its own at the address that resolv.conf names, which says what the program likes. */
#include "name.h"

int main(void)
{
	ask_oneself("api.example.com", "192.0.2.1", "203.0.113.9");
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
}
