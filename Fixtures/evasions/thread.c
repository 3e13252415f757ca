/* A second thread. */
#include <pthread.h>

#include "evasion.h"

static void *attempt(void *argument)
{
	(void)argument;
	tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, attempt, NULL))
		errx(70, "pthread_create");
	pthread_join(thread, NULL);
	return 0;
}
