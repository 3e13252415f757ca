#define _GNU_SOURCE
#include "include/privileges.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The kernel names an address that has only a family: NUL and five hexadecimal digits. */
#define NAME_LENGTH 5

int pt_listen(char name[6])
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length = sizeof address;
	if (bind(fd, (struct sockaddr *)&address, sizeof address.sun_family) || listen(fd, 4) ||
	    getsockname(fd, (struct sockaddr *)&address, &length)) {
		int error = errno;
		close(fd);
		return -error;
	}
	memcpy(name, address.sun_path + 1, NAME_LENGTH);
	name[NAME_LENGTH] = 0;
	return fd;
}

static int peer(int fd, struct ucred *credentials)
{
	socklen_t length = sizeof *credentials;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, &length) ? -errno : 0;
}

int pt_accept_root(int listener)
{
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0 && errno == EINTR)
			continue;
		if (fd < 0)
			return -errno;
		struct ucred credentials;
		if (peer(fd, &credentials) == 0 && credentials.uid == 0)
			return fd;
		close(fd);
	}
}

int pt_connect(const char *name, pid_t *pid, uid_t *user, gid_t *group)
{
	if (strlen(name) != NAME_LENGTH)
		return -EINVAL;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	memcpy(address.sun_path + 1, name, NAME_LENGTH);
	struct ucred credentials;
	int result = 0;
	if (connect(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + 1 + NAME_LENGTH))
		result = -errno;
	if (result == 0)
		result = peer(fd, &credentials);
	if (result < 0) {
		close(fd);
		return result;
	}
	*pid = credentials.pid;
	*user = credentials.uid;
	*group = credentials.gid;
	return fd;
}

int pt_peer_groups(int socket, gid_t *groups, int capacity)
{
	socklen_t length = (socklen_t)(sizeof *groups * (size_t)capacity);
	if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &length))
		return -errno;
	return (int)(length / sizeof *groups);
}

union control {
	char bytes[CMSG_SPACE(sizeof(int) * PT_PACKET_DESCRIPTORS)];
	struct cmsghdr alignment;
};

int pt_send_packet(int socket, const struct pt_packet *packet, const int *descriptors, int count)
{
	union control control;
	struct iovec data = {(void *)packet, sizeof *packet};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
	if (count > 0) {
		size_t size = sizeof(int) * (size_t)count;
		memset(&control, 0, sizeof control);
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(size);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(header), descriptors, size);
	}
	ssize_t sent;
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

int pt_receive_packet(int socket, struct pt_packet *packet, int descriptors[PT_PACKET_DESCRIPTORS], int *count)
{
	union control control;
	struct iovec data = {packet, sizeof *packet};
	struct msghdr message = {
	    .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
	*count = 0;
	ssize_t got;
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	/* The other end was closed with packets unread, which is told once, ahead of what it has sent. */
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0)
		return -errno;
	for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		size_t size = header->cmsg_len - CMSG_LEN(0);
		memcpy(descriptors, CMSG_DATA(header), size);
		*count = (int)(size / sizeof(int));
	}
	if (got == 0)
		return 0;
	return got == sizeof *packet ? 1 : -EBADMSG;
}
