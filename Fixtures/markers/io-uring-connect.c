/* Within a test, connects by io_uring: once in the calling thread, once in a worker thread of the kernel. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int ring;
static struct io_uring_sqe *entries;
static uint8_t *submissions;
static struct io_uring_params parameters;

static void visit(int port, uint8_t flags)
{
	struct sockaddr_in peer = {
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int visitor = socket(AF_INET, SOCK_STREAM, 0);
	_Atomic uint32_t *tail = (void *)(submissions + parameters.sq_off.tail);
	uint32_t mask = *(uint32_t *)(submissions + parameters.sq_off.ring_mask), index = *tail & mask;
	memset(&entries[index], 0, sizeof *entries);
	entries[index].opcode = IORING_OP_CONNECT;
	entries[index].flags = flags;
	entries[index].fd = visitor;
	entries[index].addr = (uintptr_t)&peer;
	entries[index].off = sizeof peer;
	((uint32_t *)(submissions + parameters.sq_off.array))[index] = index;
	atomic_fetch_add(tail, 1);
	static int submitted; /* completions are not taken out: as many are waited for */
	if (syscall(SYS_io_uring_enter, ring, 1, ++submitted, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		err(70, "io_uring_enter");
	close(visitor);
}

int main(int count, char **arguments)
{
	const char *name = "t::uring";
	if (count < 3)
		return 64;
	int any_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (setsockopt(any_socket, 0x70747261, 1, name, strlen(name)))
		err(70, "setsockopt");
	ring = syscall(SYS_io_uring_setup, 4, &parameters);
	if (ring < 0)
		err(errno == EPERM || errno == ENOSYS ? 77 : 70, "io_uring_setup");
	size_t size = parameters.sq_off.array + parameters.sq_entries * sizeof(uint32_t);
	submissions = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
	entries = mmap(NULL, parameters.sq_entries * sizeof *entries, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		       ring, IORING_OFF_SQES);
	if (submissions == MAP_FAILED || entries == MAP_FAILED)
		err(70, "mmap");
	visit(atoi(arguments[1]), 0);
	visit(atoi(arguments[2]), IOSQE_ASYNC);
	return 0;
}
