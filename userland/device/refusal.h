/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why the kernel refused to load the module, and what to do.
 */
#ifndef SYSTALLY_REFUSAL_H
#define SYSTALLY_REFUSAL_H

#include "base/error.h"
#include "device/kmsg.h"
#include "device/policy.h"

#define SYSTALLY_REFUSAL_LOADED \
	"it is loaded already; unload it first with `systally unload`, or set its controls"

struct systally_refusal {
	int error;	    /* errno */
	const char *path;   /* of the module */
	const char *signer; /* of the module; NULL: it is not signed */
	char release[65];   /* of the kernel that it was built for */
	char kernel[65];    /* of the kernel that runs */
	struct systally_policy policy;
	/* from the kernel log; empty: it does not say */
	char parameter[SYSTALLY_KMSG_TEXT]; /* NAME=VALUE that is at fault */
	char log[SYSTALLY_KMSG_TEXT];	    /* the last other line */
	const char *takes; /* values of that parameter; NULL: not known */
};

/*
 * Writes to @error what failed, on what, why, and what to do. Looks at nothing
 * but its arguments. Returns -1.
 */
int systally_refusal_explain(const struct systally_refusal *refusal,
			     struct systally_error *error);

#endif /* SYSTALLY_REFUSAL_H */
