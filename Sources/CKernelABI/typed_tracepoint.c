#include "include/typed_tracepoint.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* Until here libbpf takes it for a raw tracepoint, which needs no types. */
static int prepare(struct bpf_program *program, struct bpf_prog_load_opts *options, long type)
{
	options->attach_btf_id = (__u32)type;
	options->expected_attach_type = BPF_TRACE_RAW_TP;
	return bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
}

int pt_load_typed(const char *section, unsigned type)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, options, .cookie = type, .prog_prepare_load_fn = prepare);
	int handler = libbpf_register_prog_handler(section, BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &options);
	return handler < 0 ? handler : 0;
}
