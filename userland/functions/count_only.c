// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which functions are never timed.
 */
#include <fnmatch.h>
#include <stddef.h>

#include "functions/count_only.h"

static const char *const count_only[] = {
	/* return twice */
	"setjmp",
	"_setjmp",
	"*sigsetjmp",
	"*vfork",
	"savectx",
	/* store where they return to, or jump there */
	"getcontext",
	"setcontext",
	"swapcontext",
	"*longjmp*",
	"*clone",
	"*clone3",
	"__libc_start_main",
	/* look at who has called them, or where they are */
	"__x86.get_pc_thunk.*",
	"*dlsym",
	"*dlvsym",
	"*dlopen",
	"*dlmopen",
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
	"pthread_exit",
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
