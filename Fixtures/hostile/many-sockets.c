/*
 * many-sockets N SECONDS: opens N connections to itself and holds both ends of all, then closes every other one and
 * leaves a process behind that holds the rest and lives for SECONDS. Over the i-th go 1 + i % 200 bytes.
 */
#include <stdio.h>
#include <sys/resource.h>

#include "held.h"

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? number(argv[1]) : 1000;
	unsigned seconds = argc > 2 ? (unsigned)number(argv[2]) : 5;
	struct rlimit files = {.rlim_cur = 2 * count + 64, .rlim_max = 2 * count + 64};
	union address address;
	static char bytes[256];

	CHECK(setrlimit(RLIMIT_NOFILE, &files));
	int listener = listen_on_loopback(&address);
	int(*ends)[2] = calloc(count, sizeof(*ends));
	for (unsigned long i = 0; i < count; i++) {
		ssize_t length = 1 + (ssize_t)(i % 200);

		connect_to_self(listener, &address, ends[i]);
		CHECK(send(ends[i][0], bytes, (size_t)length, 0));
		if (CHECK(recv(ends[i][1], bytes, (size_t)length, MSG_WAITALL)) != length)
			errx(70, "the other side closed early");
	}
	for (unsigned long i = 0; i < count; i += 2) {
		close(ends[i][0]);
		close(ends[i][1]);
	}
	pid_t pid = leave_behind(seconds);
	printf("{\"pid\":%d,\"child\":%d,\"connections\":%lu}\n", getpid(), pid, count);
	return 0;
}
