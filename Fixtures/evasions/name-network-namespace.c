/* The nameserver's address in a network namespace of its own, where it says what the program likes. */
#include <linux/if.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "name.h"

int main(void)
{
	struct ifreq request = {.ifr_name = "lo"};
	struct sockaddr_in address = address_v4("203.0.113.53", 0).v4;
	int original = open_socket(AF_INET, SOCK_STREAM, 0);

	if (unshare(CLONE_NEWNET))
		tell(-1);
	int control = open_socket(AF_INET, SOCK_DGRAM, 0);
	memcpy(&request.ifr_addr, &address, sizeof address);
	if (ioctl(control, SIOCSIFADDR, &request))
		tell(-1);
	request.ifr_flags = IFF_UP;
	if (ioctl(control, SIOCSIFFLAGS, &request))
		tell(-1);
	ask_oneself("api.example.com", "203.0.113.53", "203.0.113.9");
	tell(connect_to(original, TARGET));
}
