/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * An object of its own, loaded when a run ends with connections open: it takes
 * over the session's `sockets` map. Iterators need all of the kernel's type
 * information, which costs a third of the tracer's start.
 */
#include "sockets.h"

/* Sockets still open when the run ends, whatever network namespace they are in. */
SEC("iter/bpf_sk_storage_map")
int dump_open_sockets(struct bpf_iter__bpf_sk_storage_map *context)
{
	struct socket_state *state = context->value;
	struct sock *socket = context->sk;
	if (!state || !socket)
		return 0;
	bool is_listener = state->flags & SOCKET_LISTENING;
	if (!is_listener && !is_open_attempt(state))
		return 0;
	struct event_close event = {};
	describe_close(&event, state);
	event.flags |= CLOSE_STILL_OPEN;
	if (is_listener)
		event.flags |= CLOSE_LISTENING;
	struct tcp_sock *tcp = (struct tcp_sock *)bpf_skc_to_tcp_sock(socket);
	if (tcp)
		describe_bytes(&event, tcp);
	bpf_seq_write(context->meta->seq, &event, sizeof event);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
