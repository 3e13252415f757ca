/*
 * daemon SECONDS [FILE]: leaves a process of its own session behind, which no one of the run waits for.
 * It lives for SECONDS and then writes FILE.
 */
#include <fcntl.h>

#include "helper.h"

static void live(unsigned seconds, const char *file)
{
	int null = CHECK(open("/dev/null", O_RDWR));

	for (int descriptor = 0; descriptor < 3; descriptor++)
		dup2(null, descriptor);
	close_range(3, ~0U, 0);
	sleep(seconds);
	if (file != NULL)
		close(CHECK(open(file, O_CREAT | O_WRONLY, 0644)));
	_exit(0);
}

int main(int argc, char **argv)
{
	unsigned seconds = argc > 1 ? (unsigned)number(argv[1]) : 5;
	int report[2];
	pid_t daemon;

	CHECK(pipe2(report, O_CLOEXEC));
	pid_t middle = CHECK(fork());
	if (middle == 0) {
		setsid();
		daemon = fork();
		if (daemon == 0)
			live(seconds, argc > 2 ? argv[2] : NULL);
		_exit(write(report[1], &daemon, sizeof(daemon)) == sizeof(daemon) ? 0 : 70);
	}
	CHECK(read(report[0], &daemon, sizeof(daemon)));
	wait_for(middle);
	printf("{\"pid\":%d,\"middle\":%d,\"daemon\":%d}\n", getpid(), middle, daemon);
	return 0;
}
