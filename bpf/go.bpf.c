/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the probes on Go test binaries call; loaded when the first of them appears, with the session's tables. */
#include "go.h"

char LICENSE[] SEC("license") = "GPL";
