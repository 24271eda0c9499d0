/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checks of `systally doctor`. Each adds one finding, or more, about the
 * machine it runs on; none changes anything.
 */
#ifndef SYSTALLY_CHECKS_H
#define SYSTALLY_CHECKS_H

#include <stddef.h>
#include <sys/utsname.h>

#include "doctor/kconfig.h"

enum systally_verdict {
	SYSTALLY_OK,
	SYSTALLY_WARN,	/* works, but not all of it, or not for everyone */
	SYSTALLY_FAIL,	/* systally cannot work here like this */
};

struct systally_finding {
	enum systally_verdict verdict;
	const char *what;
	char *finding;
	char *remedy;	/* NULL when there is nothing to do */
};

struct systally_checkup {
	struct utsname kernel;
	struct systally_kconfig config;
	char distribution[64];	/* ID and ID_LIKE of os-release */
	struct systally_finding *findings;
	size_t count;
};

/* Looks at everything. What finds no memory is left out. */
void systally_checks_run(struct systally_checkup *checkup);
void systally_checks_free(struct systally_checkup *checkup);

/*
 * Adds one finding; @text is `finding; remedy`, or just the finding.
 */
void systally_checks_add(struct systally_checkup *checkup,
			 enum systally_verdict verdict, const char *what,
			 const char *text, ...)
	__attribute__((format(printf, 4, 5)));

/* The halves of it: what building needs, and what running needs. */
void systally_checks_build(struct systally_checkup *checkup);
void systally_checks_run_time(struct systally_checkup *checkup);

#endif /* SYSTALLY_CHECKS_H */
