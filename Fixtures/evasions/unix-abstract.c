/* An abstract unix socket. */
#include <stddef.h>
#include <sys/un.h>

#include "evasion.h"

static struct sockaddr_un name_of(const char *path, socklen_t *length)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, path, strlen(path));
	*length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	return address;
}

int main(void)
{
	socklen_t length;
	struct sockaddr_un address = name_of("@process-tracer-evasion", &length);
	int descriptor = open_socket(AF_UNIX, SOCK_STREAM, 0);

	tell(connect(descriptor, (struct sockaddr *)&address, length));
}
