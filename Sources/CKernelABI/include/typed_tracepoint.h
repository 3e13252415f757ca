/* Programs on tracepoints whose arguments they read as what they are, by the kernel's type information. */
#ifndef PROCESS_TRACER_TYPED_TRACEPOINT_H
#define PROCESS_TRACER_TYPED_TRACEPOINT_H

/*
 * Has libbpf load programs of the section `section` as such, for the tracepoint whose typedef `btf_trace_NAME` has the
 * id `type` in the kernel's BTF. What libbpf calls tp_btf is the same, but for that it reads and parses all of the
 * kernel's BTF. 0, or -errno. Not to be called while another thread opens an object.
 */
int pt_load_typed(const char *section, unsigned type);

#endif
