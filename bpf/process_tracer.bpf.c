/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* One object of all programs; each subject has its own file. */
#include "process.h"
#include "network.h"
#include "marker.h"

/* The helpers that read kernel memory are open to GPL-compatible programs only. */
char LICENSE[] SEC("license") = "GPL";
