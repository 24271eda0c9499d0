/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What doctor knows about the versions of SystemTap that Debian packages.
 */
#ifndef SYSTALLY_STAP_H
#define SYSTALLY_STAP_H

#include <stdbool.h>

#include "doctor/findings.h"

/* SystemTap on this machine */
struct systally_stap {
	bool installed;
	char version[16]; /* "5.6"; empty if it is not known */
	bool has_symbols; /* stap finds the functions of the kernel by name */
};

/*
 * Takes the version from one line of what `stap --version` prints. A line
 * without a version changes nothing.
 */
void systally_stap_parse(struct systally_stap *stap, const char *line);

/*
 * Adds the finding about @stap with checkup->kernel. Looks at nothing but its
 * arguments.
 */
void systally_stap_check(struct systally_checkup *checkup,
			 const struct systally_stap *stap);

#endif /* SYSTALLY_STAP_H */
