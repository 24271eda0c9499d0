/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration that a kernel was built with.
 */
#ifndef SYSTALLY_KCONFIG_H
#define SYSTALLY_KCONFIG_H

#include <limits.h>
#include <stdbool.h>

struct systally_kconfig {
	char *text; /* NULL: not found */
	char source[PATH_MAX];
};

/*
 * Reads the configuration of the running kernel, whose release is @release:
 * /proc/config.gz, /boot/config-RELEASE, or a file below /lib/modules/RELEASE.
 * Returns true if one of them can be read; the caller frees it.
 */
bool systally_kconfig_read(struct systally_kconfig *config,
			   const char *release);

/*
 * Reads the configuration in @path, which may be compressed by gzip. Returns
 * false, with no text, if it cannot be read, is empty, or has damaged
 * compressed data.
 */
bool systally_kconfig_read_file(struct systally_kconfig *config,
				const char *path);

/* Frees the text. An all-zero configuration is fine. */
void systally_kconfig_free(struct systally_kconfig *config);

/* Returns true if CONFIG_@option is y or m. False without a configuration. */
bool systally_kconfig_has(const struct systally_kconfig *config,
			  const char *option);

#endif /* SYSTALLY_KCONFIG_H */
