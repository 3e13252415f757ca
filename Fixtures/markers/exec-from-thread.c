/* A thread that is not the leader, and alone has a test, calls exec: exec-from-thread PROGRAM ARGUMENT... */
#include <err.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char **program;

static void *become(void *unused)
{
	(void)unused;
	const char *name = "t::thread";
	int any_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (setsockopt(any_socket, 0x70747261, 6, name, strlen(name)))
		err(70, "setsockopt");
	execv(program[0], program);
	err(70, "execv");
}

int main(int count, char **arguments)
{
	pthread_t thread;
	(void)count;
	program = arguments + 1;
	pthread_create(&thread, NULL, become, NULL);
	pthread_join(thread, NULL);
	return 70;
}
