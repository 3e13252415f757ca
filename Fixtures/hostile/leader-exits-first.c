/* The leader ends; a second thread goes on, starts a child that ends with 42, then ends the process with 43. */
#include <pthread.h>

#include "helper.h"

static void *go_on(void *unused)
{
	(void)unused;
	usleep(100000);
	pid_t pid = CHECK(fork());
	if (pid == 0) {
		execl(helper_path(), "exit-with", "42", NULL);
		_exit(255);
	}
	wait_for(pid);
	printf("{\"pid\":%d,\"code\":43,\"child\":%d,\"child_code\":42}\n", getpid(), pid);
	exit(43);
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, go_on, NULL);
	pthread_exit(NULL);
}
