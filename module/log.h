/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The prefix of the module's messages in the kernel log. Kbuild includes this
 * before every file.
 */
#ifndef SYSTALLY_LOG_H
#define SYSTALLY_LOG_H

#define pr_fmt(fmt) "systally: " fmt

#endif /* SYSTALLY_LOG_H */
