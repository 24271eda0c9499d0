/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What doctor found: one finding per check, with the remedy if there is
 * something to do; and what the checks share.
 */
#ifndef SYSTALLY_FINDINGS_H
#define SYSTALLY_FINDINGS_H

#include <stddef.h>
#include <sys/utsname.h>

#include "device/policy.h"
#include "doctor/kconfig.h"

enum systally_finding_verdict {
	SYSTALLY_FINDING_OK,
	SYSTALLY_FINDING_WARN, /* works, but not completely, or not for all */
	SYSTALLY_FINDING_FAIL, /* systally cannot work here in this state */
	SYSTALLY_FINDING_UNKNOWN, /* the check could not be made */
};

struct systally_finding {
	enum systally_finding_verdict verdict;
	const char *what; /* the check's name; static */
	char *finding;
	char *remedy; /* NULL when there is nothing to do */
};

struct systally_checkup {
	struct utsname kernel;		/* all zero: unknown */
	struct systally_kconfig config; /* of that kernel */
	struct systally_policy policy;	/* for this process */
	char distribution[64];		/* ID and ID_LIKE of os-release */
	struct systally_finding *findings;
	size_t count;
	bool incomplete; /* there was no memory for a finding */
};

/*
 * Adds one finding. @format makes `finding; remedy`, or just the finding: the
 * first `; ` separates the two. A finding for which there is no memory is
 * left out, and the checkup is incomplete.
 */
void systally_findings_add(struct systally_checkup *checkup,
			   enum systally_finding_verdict verdict,
			   const char *what, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Returns `ok`, `warn`, `fail` or `unknown`. */
const char *
systally_findings_verdict_name(enum systally_finding_verdict verdict);

/* Returns true if any finding is a failure. */
bool systally_findings_fail(const struct systally_checkup *checkup);

/* Frees the findings and the configuration. An all-zero checkup is fine. */
void systally_findings_free(struct systally_checkup *checkup);

#endif /* SYSTALLY_FINDINGS_H */
