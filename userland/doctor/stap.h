/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of SystemTap's versions as they are packaged, for doctor.
 */
#ifndef SYSTALLY_CHECKS_STAP_H
#define SYSTALLY_CHECKS_STAP_H

#include <stdbool.h>

#include "doctor/checks.h"

/* SystemTap on this machine, as far as it matters whether it works */
struct systally_stap {
	char version[16];	/* "5.6"; empty if it is not installed */
	bool has_symbols;	/* stap finds the kernel's functions by name */
};

/*
 * Takes the version from one line of what `stap --version` prints; leaves it as
 * it is if the line has none.
 */
void systally_stap_parse(struct systally_stap *stap, const char *line);

/*
 * Adds the finding about @stap with the checkup's kernel. Looks at nothing but
 * its arguments.
 */
void systally_stap_judge(struct systally_checkup *checkup,
			 const struct systally_stap *stap);

#endif /* SYSTALLY_CHECKS_STAP_H */
