/* io_uring without a library: one ring, one request at a time. */
#ifndef URING_H
#define URING_H

#include <linux/io_uring.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "evasion.h"

struct ring {
	int descriptor;
	unsigned flags;
	unsigned *tail, *mask, *array, *ring_flags;
	unsigned *completed_head, *completed_tail, *completed_mask;
	struct io_uring_sqe *requests;
	struct io_uring_cqe *completions;
};

static inline struct ring open_ring(unsigned flags)
{
	struct io_uring_params params = {.flags = flags, .sq_thread_idle = 1000};
	struct ring ring = {.flags = flags};

	ring.descriptor = syscall(SYS_io_uring_setup, 8, &params);
	if (ring.descriptor < 0)
		tell(-1);
	char *submitted = mmap(NULL, params.sq_off.array + params.sq_entries * sizeof(unsigned), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_POPULATE, ring.descriptor, IORING_OFF_SQ_RING);
	char *completed = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
			       PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.descriptor, IORING_OFF_CQ_RING);

	ring.requests = mmap(NULL, params.sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_POPULATE, ring.descriptor, IORING_OFF_SQES);
	ring.tail = (unsigned *)(submitted + params.sq_off.tail);
	ring.mask = (unsigned *)(submitted + params.sq_off.ring_mask);
	ring.array = (unsigned *)(submitted + params.sq_off.array);
	ring.ring_flags = (unsigned *)(submitted + params.sq_off.flags);
	ring.completed_head = (unsigned *)(completed + params.cq_off.head);
	ring.completed_tail = (unsigned *)(completed + params.cq_off.tail);
	ring.completed_mask = (unsigned *)(completed + params.cq_off.ring_mask);
	ring.completions = (struct io_uring_cqe *)(completed + params.cq_off.cqes);
	return ring;
}

/* Runs one request to its end; its result, or -1 with errno. */
static inline long submit(struct ring *ring, struct io_uring_sqe request)
{
	unsigned tail = *ring->tail;

	ring->requests[tail & *ring->mask] = request;
	ring->array[tail & *ring->mask] = tail & *ring->mask;
	__atomic_store_n(ring->tail, tail + 1, __ATOMIC_SEQ_CST);
	unsigned flags = IORING_ENTER_GETEVENTS;

	if (ring->flags & IORING_SETUP_SQPOLL &&
	    __atomic_load_n(ring->ring_flags, __ATOMIC_SEQ_CST) & IORING_SQ_NEED_WAKEUP)
		flags |= IORING_ENTER_SQ_WAKEUP;
	CHECK(syscall(SYS_io_uring_enter, ring->descriptor, ring->flags & IORING_SETUP_SQPOLL ? 0 : 1, 1, flags, NULL,
		      0));
	unsigned head = *ring->completed_head;
	long result = ring->completions[head & *ring->completed_mask].res;

	__atomic_store_n(ring->completed_head, head + 1, __ATOMIC_SEQ_CST);
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

static inline struct io_uring_sqe connect_request(int descriptor, const union address *address)
{
	return (struct io_uring_sqe){
	    .opcode = IORING_OP_CONNECT, .fd = descriptor, .addr = (uintptr_t)address, .off = length_of(address)};
}

#endif
