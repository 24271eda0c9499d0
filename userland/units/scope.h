/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose calls are asked for: -p, --cgroup, --unit, --container, --user and --name. A
 * process that fits one of them is asked for.
 */
#ifndef SYSTALLY_SCOPE_H
#define SYSTALLY_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/terms.h"
#include "units/facts.h"

/* What the module takes in one write, with a NUL */
#define SYSTALLY_RULE_LEN 4096

/* Is anything asked for? If not, all processes are. */
static inline bool systally_scope_any(const struct systally_scope *scope)
{
	return scope->pid_count || scope->term_count;
}

/*
 * Is a process asked for? @facts may be NULL: they are not known, and only its number
 * and its name can tell.
 */
bool systally_scope_has(const struct systally_scope *scope, uint32_t tgid,
			const char *comm, const struct systally_facts *facts);

/*
 * Adds a term for each of the names in @list, which commas separate. Returns 0, or -1
 * with @error: there is no such user, a name is empty or too long, or no memory.
 */
int systally_scope_add(struct systally_scope *scope,
		       enum systally_term_kind kind, const char *list,
		       struct systally_error *error);

/*
 * Calls @write for each rule that the module takes in `targets`, so that it counts
 * what the terms ask for; @context is passed on. Finds the groups of units and
 * containers. Returns 0, what @write has returned if that is not 0, or -1 with
 * @error: there is no such group, unit or container.
 */
int systally_scope_rules(const struct systally_scope *scope,
			 int (*write)(const char *rule, void *context),
			 void *context, struct systally_error *error);

/* Frees what was added, and clears the scope. */
void systally_scope_free(struct systally_scope *scope);

#endif /* SYSTALLY_SCOPE_H */
