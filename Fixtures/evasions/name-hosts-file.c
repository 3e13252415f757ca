/* Another /etc/hosts in a mount namespace of its own, asked through the C library. */
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>

#include "evasion.h"

int main(void)
{
	char path[] = "/tmp/process-tracer-hosts-XXXXXX", found[64] = "";
	int file = mkstemp(path);

	if (file < 0 || dprintf(file, "203.0.113.9 api.example.com\n") < 0 || unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount(path, "/etc/hosts", NULL, MS_BIND, NULL))
		tell(-1);
	unlink(path);
	FILE *lookup = popen("getent ahostsv4 api.example.com", "r");
	if (!lookup || !fgets(found, sizeof found, lookup) || pclose(lookup) < 0)
		tell(-1);
	found[strcspn(found, " ")] = 0;
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), address_v4(found, 443)));
}
