/* A DNS answer from a server that resolv.conf does not name, then connect(2) to the address that it gives. */
#include "name.h"

int main(void)
{
	ask_at("api.example.com", "203.0.113.66", 1);
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
}
