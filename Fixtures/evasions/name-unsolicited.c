/* An unasked DNS answer from the nameserver beside an asked one, then connect(2) to the address that it gives. */
#include "name.h"

int main(void)
{
	ask_at("unsolicited.example.net", "203.0.113.53", 2);
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
}
