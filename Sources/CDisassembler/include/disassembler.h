/* Capstone, its x86 part alone: x86_only.c stands in for the other architectures, which would cost 5 MB. */
#ifndef PROCESS_TRACER_DISASSEMBLER_H
#define PROCESS_TRACER_DISASSEMBLER_H

#include <capstone/capstone.h>

#endif
