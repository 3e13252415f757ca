#define _GNU_SOURCE

#include "peer.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

int pt_accept_peer(int listener, pid_t *peer)
{
	int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (accepted < 0)
		return -errno;
	struct ucred credentials = {0};
	socklen_t length = sizeof credentials;
	getsockopt(accepted, SOL_SOCKET, SO_PEERCRED, &credentials, &length);
	*peer = credentials.pid;
	return accepted;
}
