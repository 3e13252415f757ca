/* A thread that is not the leader calls exec: the process lives on as exit-with and ends with 41. */
#include <pthread.h>

#include "helper.h"

static void *become(void *unused)
{
	(void)unused;
	execl(helper_path(), "exit-with", "41", NULL);
	err(70, "execl");
}

int main(void)
{
	pthread_t thread;

	printf("{\"pid\":%d,\"code\":41}\n", getpid());
	fflush(stdout);
	pthread_create(&thread, NULL, become, NULL);
	pthread_join(thread, NULL);
	return 70;
}
