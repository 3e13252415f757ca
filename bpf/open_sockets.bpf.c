/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * An object of its own, loaded when a run ends with connections open: it takes
 * over the session's tables of TCP sockets. Iterators need all of the kernel's type
 * information, which costs a third of the tracer's start.
 */
#include "sockets.h"

static __always_inline bool is_open(const struct socket_state *state)
{
	return state->flags & SOCKET_LISTENING || is_open_attempt(state);
}

/* False where the reader's buffer is full: the kernel comes to the same socket again. */
static __always_inline bool tell(struct seq_file *output, struct socket_state *state, struct tcp_sock *tcp)
{
	struct event_close event = {};
	describe_close(&event, state);
	event.flags |= CLOSE_STILL_OPEN;
	if (state->flags & SOCKET_LISTENING)
		event.flags |= CLOSE_LISTENING;
	if (tcp)
		describe_bytes(&event, tcp);
	return !bpf_seq_write(output, &event, sizeof event);
}

/* Sockets behind some process's descriptor, whatever network namespace they are in. */
SEC("iter/task_file")
int dump_held_sockets(struct bpf_iter__task_file *context)
{
	struct file *file = context->file;
	struct socket *socket = file ? bpf_sock_from_file(file) : NULL;
	struct tcp_sock *tcp = socket ? (struct tcp_sock *)bpf_skc_to_tcp_sock(socket->sk) : NULL;
	if (!tcp)
		return 0;
	struct socket_state *state = tcp_socket(tcp->inet_conn.icsk_inet.sk.__sk_common.skc_cookie.counter);
	if (state && is_open(state) && !(state->flags & SOCKET_TOLD) && tell(context->meta->seq, state, tcp))
		set_flags(state, SOCKET_TOLD);
	return 0;
}

/* The others: not accepted yet, or closing by themselves. Their bytes are not known. */
SEC("iter/bpf_map_elem")
int dump_other_sockets(struct bpf_iter__bpf_map_elem *context)
{
	struct socket_state *state = context->value;
	if (state && is_open(state) && !(state->flags & SOCKET_TOLD))
		tell(context->meta->seq, state, NULL);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
