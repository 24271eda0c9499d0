/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose calls are asked for, as options say it: units/scope.h knows what that means.
 */
#ifndef SYSTALLY_TERMS_H
#define SYSTALLY_TERMS_H

#include <stddef.h>
#include <stdint.h>

/* In the order of the options' table */
enum systally_term_kind {
	SYSTALLY_TERM_CGROUP, /* in this group, or below it */
	SYSTALLY_TERM_UNIT, /* in the group of this unit of systemd, or below it */
	SYSTALLY_TERM_CONTAINER, /* the same of a container, by id or name */
	SYSTALLY_TERM_USER,
	SYSTALLY_TERM_NAME, /* comm */
	SYSTALLY_TERM_KINDS
};

struct systally_term {
	enum systally_term_kind kind;
	const char *text; /* as given */
	uint32_t uid;	  /* SYSTALLY_TERM_USER */
};

struct systally_scope {
	uint32_t *pids; /* tgids */
	size_t pid_count;
	struct systally_term *terms;
	size_t term_count;
};

#endif /* SYSTALLY_TERMS_H */
