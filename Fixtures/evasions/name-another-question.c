/* A DNS answer to another question than was asked, then connect(2) to the address that it gives. */
#include "name.h"

int main(void)
{
	ask_at("another-question.example.net", "203.0.113.53", 1);
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
}
