/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Which sockets the session's hooks follow, so that nothing more is asked about what is sent on them. */
#ifndef PROCESS_TRACER_FOLLOWED_H
#define PROCESS_TRACER_FOLLOWED_H

#include "session.h"

#define FOLLOWED_SOCKETS 256 /* a power of two */

/* Cookies of sockets of the session's cgroup that were made, or sent something, lately. A socket keeps both for life.
 */
__u64 followed_sockets[FOLLOWED_SOCKETS] SEC(".bss.followed");

static __always_inline __u64 *followed_place(__u64 cookie)
{
	return &followed_sockets[cookie & (FOLLOWED_SOCKETS - 1)];
}

/* Of a socket that a hook of the session's cgroup was called for: it is of that cgroup, where the session has one. */
static __always_inline void note_followed(__u64 cookie)
{
	if (settings.session_cgroup)
		*followed_place(cookie) = cookie;
}

#endif
