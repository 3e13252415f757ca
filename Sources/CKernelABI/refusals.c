#define _GNU_SOURCE
#include "include/refusals.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

/* A newer kernel's structures may be larger, and it wants them zeroed: seccomp_unotify(2). */
union notification {
	struct seccomp_notif call;
	unsigned char room[512];
};

union answer {
	struct seccomp_notif_resp answer;
	unsigned char room[512];
};

int pt_refusal_receive(int listener, struct pt_refusal *refusal)
{
	union notification notification;
	for (;;) {
		/* The ioctl would wait for a call that is gone by now. */
		struct pollfd ready = {.fd = listener, .events = POLLIN};
		int count = poll(&ready, 1, 0);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		if (!(ready.revents & POLLIN))
			return ready.revents ? -ENOTCONN : 0;
		memset(&notification, 0, sizeof notification);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) == 0)
			break;
		if (errno != EINTR && errno != ENOENT) /* its thread was killed meanwhile */
			return -errno;
	}
	const struct seccomp_data *data = &notification.call.data;
	refusal->id = notification.call.id;
	refusal->thread = (pid_t)notification.call.pid;
	/* The numbers of io_uring are those of every architecture; all else that is refused is socket(2). */
	refusal->family = data->nr >= __NR_io_uring_setup && data->nr <= __NR_io_uring_register
			      ? -1
			      : (int)((uint32_t)data->args[0] & 0x7FFFFFFF);
	return 1;
}

int pt_refusal_answer(int listener, const struct pt_refusal *refusal)
{
	union answer answer;
	memset(&answer, 0, sizeof answer);
	answer.answer.id = refusal->id;
	answer.answer.error = -EPERM;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0 || errno == ENOENT)
		return 0;
	return -errno;
}
