/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The one contract between the kernel programs in bpf/ and the Swift side
 * (module CKernelABI). Every record starts with `struct event_header`; a field
 * named *_length is followed, after the fixed part, by that many bytes, in the
 * order in which the fields are declared. All times are CLOCK_BOOTTIME
 * nanoseconds. Addresses are 16 bytes, network order, IPv4 as ::ffff:a.b.c.d.
 * Ports are host order.
 */
#ifndef PROCESS_TRACER_ABI_H
#define PROCESS_TRACER_ABI_H

#include "abi/enforcement.h"
#include "abi/events.h"
#include "abi/go.h"
#include "abi/identities.h"
#include "abi/markers.h"
#include "abi/rust.h"
#include "abi/session.h"
#include "abi/stops.h"
#include "abi/swift.h"
#include "abi/tables.h"

#endif
