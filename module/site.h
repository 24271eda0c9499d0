/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ftrace sites of kernel functions: the addresses that ftrace patches at
 * their start.
 */
#ifndef SYSTALLY_SITE_H
#define SYSTALLY_SITE_H

/*
 * systally_site_find - look up the sites of functions
 * @symbols: the functions' names
 * @sites: set to their sites; 0 where the kernel has no such function
 * @missing: set to the first function without a site, after -ENODEV
 *
 * Process context, sleeps; waits for one grace period in all. Returns 0,
 * -ENODEV if a function has no site at its start, or -ENOMEM.
 */
int systally_site_find(const char *const *symbols, unsigned int count,
		       unsigned long *sites, const char **missing);

#endif /* SYSTALLY_SITE_H */
