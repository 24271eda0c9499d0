// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of findings that doctor's checks fill and the command prints.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/findings.h"

void systally_findings_add(struct systally_checkup *checkup,
			   enum systally_finding_verdict verdict,
			   const char *what, const char *format, ...)
{
	struct systally_finding *finding, *findings;
	char *text, *semicolon;
	va_list args;
	int length;

	findings = reallocarray(checkup->findings, checkup->count + 1,
				sizeof(*findings));
	if (!findings) {
		checkup->incomplete = true;
		return;
	}
	checkup->findings = findings;
	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		checkup->incomplete = true;
		return;
	}
	finding = &findings[checkup->count++];
	*finding = (struct systally_finding){ .verdict = verdict,
					      .what = what,
					      .finding = text };
	semicolon = strstr(text, "; ");
	if (semicolon) {
		*semicolon = '\0';
		finding->remedy = strdup(semicolon + 2);
	}
}

const char *
systally_findings_verdict_name(enum systally_finding_verdict verdict)
{
	static const char *const names[] = {
		[SYSTALLY_FINDING_OK] = "ok",
		[SYSTALLY_FINDING_WARN] = "warn",
		[SYSTALLY_FINDING_FAIL] = "fail",
		[SYSTALLY_FINDING_UNKNOWN] = "unknown",
	};

	return names[verdict];
}

bool systally_findings_fail(const struct systally_checkup *checkup)
{
	size_t i;

	for (i = 0; i < checkup->count; i++) {
		if (checkup->findings[i].verdict == SYSTALLY_FINDING_FAIL)
			return true;
	}
	return false;
}

void systally_findings_free(struct systally_checkup *checkup)
{
	while (checkup->count) {
		checkup->count--;
		free(checkup->findings[checkup->count].finding);
		free(checkup->findings[checkup->count].remedy);
	}
	free(checkup->findings);
	checkup->findings = NULL;
	systally_kconfig_free(&checkup->config);
}
