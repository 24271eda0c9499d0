// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which functions are never timed.
 */
#include <fnmatch.h>
#include <stddef.h>

#include "functions/count_only.h"

static const char *const count_only[] = {
	/* return twice */
	"*setjmp",
	"*vfork",
	"savectx",
	/* store where they return to, or jump there */
	"*getcontext",
	"*setcontext",
	"*swapcontext",
	"*jump_fcontext",
	"*ontop_fcontext",
	"*longjmp*",
	"clone",
	"__clone",
	"clone3",
	"__clone3",
	"__libc_start_main",
	/* are not called: the top of the stack is something else */
	"_start",
	"__start_context",
	"__restore*",
	"*.cold",
	"*.cold.*",
	"__x86_indirect_thunk_*",
	"__llvm_retpoline_*",
	/* look at who has called them, or where they are */
	"__x86.get_pc_thunk.*",
	"__i686.get_pc_thunk.*",
	"__morestack*",
	"*dl_iterate_phdr",
	"dlsym",
	"__dlsym*",
	"dlvsym",
	"__dlvsym",
	"dlopen",
	"__dlopen",
	"___dlopen",
	"dlmopen",
	"__dlmopen",
	"__libc_dlopen_mode",
	"mcount",
	"_mcount",
	"__fentry__",
	/* the dynamic linker's own; some keep all registers */
	"_dl_*",
	"*__tls_get_addr",
	"__tls_get_offset",
	/* unwind their callers */
	"_Unwind_*",
	"__cxa_*throw",
	"__cxa_bad_*",
	"_ZSt*throw*",
	"uw_init_context_1",
	"pthread_exit",
	"thrd_exit",
	"*__pthread_unwind*",
	"*rust_panic*",
	"*rust_start_panic",
	"*resume_unwind*",
	"backtrace",
};

bool systally_count_only(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(count_only) / sizeof(count_only[0]); i++) {
		if (!fnmatch(count_only[i], name, 0))
			return true;
	}
	return false;
}
