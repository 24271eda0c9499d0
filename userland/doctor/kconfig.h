/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration that the running kernel was built with.
 */
#ifndef SYSTALLY_KCONFIG_H
#define SYSTALLY_KCONFIG_H

#include <limits.h>
#include <stdbool.h>

struct systally_kconfig {
	char *text;	/* NULL: not found */
	char source[PATH_MAX];
};

/*
 * Looks for the configuration of kernel @release in the usual places.
 * Returns whether it was found; the caller frees it.
 */
bool systally_kconfig_read(struct systally_kconfig *config,
			   const char *release);
void systally_kconfig_free(struct systally_kconfig *config);

/* Is CONFIG_@option y or m? */
bool systally_kconfig_has(const struct systally_kconfig *config,
			  const char *option);

#endif /* SYSTALLY_KCONFIG_H */
