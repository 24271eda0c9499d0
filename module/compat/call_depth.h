/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CALL_DEPTH_ACCOUNT, for assembler files: counts a call for the mitigation of
 * return stack underflow. From 6.2 on the kernel defines it as an assembler
 * macro (arch/x86/include/asm/nospec-branch.h), which #ifdef cannot test.
 */
#ifndef SYSTALLY_COMPAT_CALL_DEPTH_H
#define SYSTALLY_COMPAT_CALL_DEPTH_H

#include <linux/version.h>
#include <asm/nospec-branch.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define CALL_DEPTH_ACCOUNT
#endif

#endif /* SYSTALLY_COMPAT_CALL_DEPTH_H */
