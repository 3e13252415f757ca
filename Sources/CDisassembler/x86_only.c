#include "include/disassembler.h"

/*
 * Capstone's cs.c has a table of every architecture's two entry points. Defined here, those keep the linker from taking
 * their architectures out of the archive.
 */
#define LEFT_OUT(architecture)                                                                                         \
	cs_err architecture##_global_init(void *handle)                                                                \
	{                                                                                                              \
		(void)handle;                                                                                          \
		return CS_ERR_ARCH;                                                                                    \
	}                                                                                                              \
	cs_err architecture##_option(void *handle, cs_opt_type type, size_t value)                                     \
	{                                                                                                              \
		(void)handle, (void)type, (void)value;                                                                 \
		return CS_ERR_ARCH;                                                                                    \
	}

LEFT_OUT(AArch64)
LEFT_OUT(ARM)
LEFT_OUT(EVM)
LEFT_OUT(M680X)
LEFT_OUT(M68K)
LEFT_OUT(Mips)
LEFT_OUT(PPC)
LEFT_OUT(Sparc)
LEFT_OUT(SystemZ)
LEFT_OUT(TMS320C64x)
LEFT_OUT(XCore)
