// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions that carry out the calls, per ABI: arrays of symbol names by
 * number, made from the headers that the kernel's own tables are made from
 * (arch/x86/entry/syscall_{64,32,x32}.c).
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/stringify.h>

#include "arch_entry.h"
#include "compat/syscalls_x32.h"

/*
 * Before 5.14 the 64-bit and the x32 calls are in one header, under three
 * macros. Since then each ABI has its own header, under __SYSCALL.
 */
#define __SYSCALL(nr, sym)	    [nr] = "__x64_" #sym,
#define __SYSCALL_NORETURN(nr, sym) __SYSCALL(nr, sym)
#define __SYSCALL_64(nr, sym)	    __SYSCALL(nr, sym)
#define __SYSCALL_COMMON(nr, sym)   __SYSCALL(nr, sym)
#define __SYSCALL_X32(nr, sym)

static const char *const entry_points_64[] = {
#include <asm/syscalls_64.h>
};

#undef __SYSCALL_64
#undef __SYSCALL_X32
#define __SYSCALL_64(nr, sym)
#define __SYSCALL_X32(nr, sym) [nr] = __stringify(__x32_##sym),

/*
 * Before 5.14 x32 has stubs of its own for compat calls. Some other calls have
 * a second number in x32: those use the 64-bit stubs
 * (arch/x86/entry/syscall_x32.c).
 */
#define __x32_sys_readv		    __x64_sys_readv
#define __x32_sys_writev	    __x64_sys_writev
#define __x32_sys_vmsplice	    __x64_sys_vmsplice
#define __x32_sys_process_vm_readv  __x64_sys_process_vm_readv
#define __x32_sys_process_vm_writev __x64_sys_process_vm_writev
#define __x32_sys_setsockopt	    __x64_sys_setsockopt
#define __x32_sys_getsockopt	    __x64_sys_getsockopt

static const char *const entry_points_x32[] = {
#ifdef CONFIG_X86_X32_ABI
#include COMPAT_SYSCALLS_X32
#endif
	[1023] = NULL,
};

#undef __SYSCALL
#define __SYSCALL(nr, sym)			  [nr] = "__ia32_" #sym,
#define __SYSCALL_WITH_COMPAT(nr, native, compat) __SYSCALL(nr, compat)
#define __SYSCALL_I386(nr, sym)			  __SYSCALL(nr, sym)

static const char *const entry_points_32[] = {
#include <asm/syscalls_32.h>
};

static const struct {
	const char *const *symbols;
	u32 count;
} tables[ABIS] = {
	[ABI_X86_64] = { entry_points_64, ARRAY_SIZE(entry_points_64) },
	[ABI_I386] = { entry_points_32, ARRAY_SIZE(entry_points_32) },
	[ABI_X32] = { entry_points_x32, ARRAY_SIZE(entry_points_x32) },
};

const char *arch_entry_symbol(u32 abi, u32 nr)
{
	return nr < tables[abi].count ? tables[abi].symbols[nr] : NULL;
}

const char *arch_entry_no_call(u32 abi)
{
	return abi == ABI_I386 ? "__ia32_sys_ni_syscall" :
				 "__x64_sys_ni_syscall";
}

void arch_entry_alias(const char *symbol, char *alias, size_t bytes)
{
	bool is_32 = str_has_prefix(symbol, "__ia32_");

	snprintf(alias, bytes, "%s%s", is_32 ? "__x64_" : "__ia32_",
		 symbol + strlen(is_32 ? "__ia32_" : "__x64_"));
}
