/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Sockets that send much to one destination over UDP: what they send there is
 * counted at a place of their own, which is found and compared in a tenth of
 * the time that the flow table takes. A place is a socket's for the whole run,
 * so that nothing is ever moved; when there is none left, or a socket sends
 * elsewhere or for somebody else, the flow table counts as ever.
 */
#ifndef PROCESS_TRACER_BUSY_FLOWS_H
#define PROCESS_TRACER_BUSY_FLOWS_H

#include "flows.h"
#include "host_rules.h"

/* So many datagrams make a flow busy. */
#define BUSY_AFTER 64

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BUSY_FLOWS);
	__type(key, __u32);
	__type(value, struct busy_flow);
} busy_flows SEC(".maps");

/* NULL: the socket has none. */
static __always_inline struct busy_flow *busy_flow_of(const struct socket_state *state)
{
	__u32 index = state->busy - 1; /* of none beyond the table */
	return bpf_map_lookup_elem(&busy_flows, &index);
}

static __always_inline bool goes_to(const struct busy_flow *busy, const __u8 address[16], __u16 port)
{
	const __u64 *known = (const __u64 *)busy->key.address, *words = (const __u64 *)address;
	return busy->key.port == port && known[1] == words[1] && known[0] == words[0];
}

/* Whether what the socket sends is that process's, for that test. */
static __always_inline bool is_owned(const struct busy_flow *busy, const struct socket_state *state)
{
	return busy->key.process.start == state->owner.start && busy->key.process.pid == state->owner.pid &&
	       busy->key.test == state->test;
}

/* The clock is read once in a tick of the timer: reading it takes longer than all else that is done here. */
static __always_inline void note_time(struct busy_flow *busy)
{
	__u32 tick = bpf_jiffies64();
	if (busy->last_tick == tick)
		return;
	busy->last_tick = tick;
	busy->last_time = bpf_ktime_get_boot_ns();
}

/* Makes a flow of the socket's busy, where it has no such flow yet and there is room. */
static __always_inline void make_busy(struct socket_state *state, const struct flow_key *key)
{
	if (state->busy || counters.busy_flows >= BUSY_FLOWS)
		return;
	__u32 index = __sync_fetch_and_add(&counters.busy_flows, 1);
	struct busy_flow *busy = bpf_map_lookup_elem(&busy_flows, &index);
	if (!busy)
		return;
	busy->key = *key;
	__sync_val_compare_and_swap(&state->busy, 0, index + 1);
}

/* Datagrams that a packet takes along; negative numbers take them back. */
static __always_inline void count_sent(struct busy_flow *busy, struct __sk_buff *packet, __u64 datagrams, __u64 bytes)
{
	__sync_fetch_and_add(packet->ifindex == LOOPBACK_IFINDEX ? &busy->local : &busy->left, datagrams);
	__sync_fetch_and_add(&busy->bytes_sent, bytes);
}

/*
 * Counts an attempt of the current process; false where that is the flow table's. The kernel calls its hooks with the
 * socket locked (net/ipv4/udp.c, BPF_CGROUP_RUN_PROG_UDP4_SENDMSG_LOCK), and the place is that socket's alone.
 */
static __always_inline bool count_busy_attempt(void *socket, const __u8 peer[16], __u16 port)
{
	struct socket_state *state = bpf_sk_storage_get(&sockets, socket, 0, 0);
	struct busy_flow *busy = state ? busy_flow_of(state) : NULL;
	if (!busy || !goes_to(busy, peer, port) || !is_owned(busy, state) || !is_owned_by_current(state))
		return false;
	busy->attempts++;
	note_time(busy);
	return true;
}

/* One end of a UDP datagram, read in place: its destination where `is_out`; 0 bytes of headers: not understood so. */
static __always_inline __u32 peek_end(struct __sk_buff *packet, __u8 address[16], __u16 *port, bool is_out)
{
	const __u8 *data = (void *)(long)packet->data;
	const void *end = (void *)(long)packet->data_end;
	const __be16 *ports;
	__u32 headers;
	if ((const void *)(data + IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH) > end)
		return 0;
	if (data[0] == 0x45 && data[9] == PROTOCOL_UDP) {
		map_ipv4(address, *(const __u32 *)(data + (is_out ? 16 : 12)));
		headers = IPV4_HEADER_LENGTH;
	} else if (data[0] >> 4 == 6 && data[6] == PROTOCOL_UDP &&
		   (const void *)(data + IPV6_HEADER_LENGTH + UDP_HEADER_LENGTH) <= end) {
		__builtin_memcpy(address, data + (is_out ? 24 : 8), 16);
		headers = IPV6_HEADER_LENGTH;
	} else {
		return 0;
	}
	ports = (const __be16 *)(data + headers);
	if (ports[0] == bpf_htons(DNS_PORT) || ports[1] == bpf_htons(DNS_PORT))
		return 0;
	*port = bpf_ntohs(ports[is_out ? 1 : 0]);
	return headers + UDP_HEADER_LENGTH;
}

/* The busy flow that a packet which leaves is of, with its `headers`; NULL: the flow table counts it. */
static __always_inline struct busy_flow *busy_flow_out(struct __sk_buff *packet, const struct socket_state *state,
						       __u32 *headers)
{
	struct busy_flow *busy = busy_flow_of(state);
	if (!busy || !is_owned(busy, state))
		return NULL;
	__u8 address[16] __attribute__((aligned(8)));
	__u16 port = 0;
	*headers = peek_end(packet, address, &port, true);
	return *headers && goes_to(busy, address, port) ? busy : NULL;
}

/* Whether enforcement has allowed this destination, and no address has got a name since. */
static __always_inline bool is_admitted(const struct busy_flow *busy)
{
	return busy->admitted == admissions_so_far() + 1;
}

#endif
