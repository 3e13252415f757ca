/* Exec from a second thread, then connect(2). */
#include <pthread.h>

#include "evasion.h"

static void *become(void *program)
{
	execl(program, program, "connect", NULL);
	err(70, "exec");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		tell(connect_to(open_socket(AF_INET, SOCK_STREAM, 0), TARGET));
	pthread_t thread;

	if (pthread_create(&thread, NULL, become, argv[0]))
		errx(70, "pthread_create");
	pthread_join(thread, NULL);
	return 1;
}
