// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose calls are asked for.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/intern.h"
#include "units/containers.h"
#include "units/scope.h"
#include "units/users.h"

/* Is @path the one of a group, or below it? */
static bool is_below(const char *path, const char *group)
{
	size_t length = strlen(group);

	while (length && group[length - 1] == '/')
		length--;
	return !strncmp(path, group, length) &&
	       (!path[length] || path[length] == '/');
}

/* Is a unit the one that is asked for? `nginx` stands for nginx.service. */
static bool is_unit(const char *unit, const char *wanted)
{
	const size_t length = strlen(wanted);

	if (strchr(wanted, '.'))
		return !strcmp(unit, wanted);
	return !strncmp(unit, wanted, length) &&
	       !strcmp(unit + length, ".service");
}

/*
 * Is a path in the group of a unit? The innermost unit is facts->unit, but a slice
 * and a service that has groups of its own are units, too.
 */
static bool in_unit(const char *path, const char *wanted)
{
	char step[256];
	size_t length;

	for (path += strspn(path, "/"); *path; path += strspn(path, "/")) {
		const size_t escaped = *path == '_';

		length = strcspn(path, "/");
		/* the kernel has no longer names */
		if (length < sizeof(step)) {
			memcpy(step, path + escaped, length - escaped);
			step[length - escaped] = '\0';
			if (is_unit(step, wanted))
				return true;
		}
		path += length;
	}
	return false;
}

/* Is a path in the group of a container, also of one that is in another one? */
static bool in_container(const char *path, const char *wanted)
{
	char *above = strdup(path);
	const char *id;
	bool found = false;
	size_t length;

	for (length = above ? strlen(above) : 0; !found && length; length--) {
		if (above[length] && above[length] != '/')
			continue;
		above[length] = '\0';
		id = systally_facts_container(above);
		found = id && systally_containers_is(id, wanted);
	}
	free(above);
	return found;
}

static bool fits(const struct systally_term *term, const char *comm,
		 const struct systally_facts *facts)
{
	if (term->kind == SYSTALLY_TERM_NAME)
		return !strncmp(comm, term->text, SYSTALLY_COMM_LEN);
	if (!facts)
		return false;
	switch (term->kind) {
	case SYSTALLY_TERM_CGROUP:
		return facts->cgroup && is_below(facts->cgroup, term->text);
	case SYSTALLY_TERM_UNIT:
		return facts->cgroup && in_unit(facts->cgroup, term->text);
	case SYSTALLY_TERM_CONTAINER:
		if (!facts->container)
			return false;
		return systally_containers_is(facts->container, term->text) ||
		       (facts->cgroup &&
			in_container(facts->cgroup, term->text));
	case SYSTALLY_TERM_USER:
		return facts->uid == term->uid;
	default:
		return false;
	}
}

bool systally_scope_has(const struct systally_scope *scope, uint32_t tgid,
			const char *comm, const struct systally_facts *facts)
{
	size_t i;

	/* in another pid namespace than the initial one, these differ */
	if (facts && facts->tgid)
		tgid = facts->pid;
	for (i = 0; i < scope->pid_count; i++) {
		if (scope->pids[i] == tgid)
			return true;
	}
	for (i = 0; i < scope->term_count; i++) {
		if (fits(&scope->terms[i], comm, facts))
			return true;
	}
	return !systally_scope_any(scope);
}

static const char *const nouns[SYSTALLY_TERM_KINDS] = {
	[SYSTALLY_TERM_CGROUP] = "control group",
	[SYSTALLY_TERM_UNIT] = "unit",
	[SYSTALLY_TERM_CONTAINER] = "container",
	[SYSTALLY_TERM_USER] = "user",
	[SYSTALLY_TERM_NAME] = "name",
};

static int check(struct systally_term *term, struct systally_error *error)
{
	switch (term->kind) {
	case SYSTALLY_TERM_CGROUP:
		if (*term->text == '/')
			return 0;
		return systally_error_set(
			error,
			"the path of a control group begins with a slash, not '%.80s'; see the paths in /proc/PID/cgroup",
			term->text);
	case SYSTALLY_TERM_USER:
		if (!systally_users_find(term->text, &term->uid))
			return 0;
		return systally_error_set(
			error,
			"there is no user '%.80s'; see `getent passwd`, or give the number",
			term->text);
	case SYSTALLY_TERM_NAME:
		if (strlen(term->text) < SYSTALLY_COMM_LEN)
			return 0;
		return systally_error_set(
			error,
			"the kernel keeps %d bytes of a process's name, and '%.80s' has more; give the first %d",
			SYSTALLY_COMM_LEN - 1, term->text,
			SYSTALLY_COMM_LEN - 1);
	default:
		return 0;
	}
}

int systally_scope_add(struct systally_scope *scope,
		       enum systally_term_kind kind, const char *list,
		       struct systally_error *error)
{
	struct systally_term *larger;
	size_t length;

	for (;; list += length + 1) {
		struct systally_term term = { .kind = kind };

		length = strcspn(list, ",");
		if (!length)
			return systally_error_set(
				error,
				"a %s is empty; give names, separated by commas",
				nouns[kind]);
		term.text = systally_intern(list, length);
		larger = reallocarray(scope->terms, scope->term_count + 1,
				      sizeof(*larger));
		if (larger)
			scope->terms = larger;
		if (!term.text || !larger)
			return systally_error_set(error, "out of memory");
		if (check(&term, error))
			return -1;
		scope->terms[scope->term_count++] = term;
		if (!list[length])
			return 0;
	}
}

void systally_scope_free(struct systally_scope *scope)
{
	free(scope->pids);
	free(scope->terms);
	*scope = (struct systally_scope){ NULL, 0, NULL, 0 };
}

/* --- rules for the module --- */

/* A search for the groups of one term; nftw() has no argument for it */
static struct search {
	const struct systally_term *term;
	size_t skip; /* bytes of a path that are those of the mount */
	int (*write)(const char *rule, void *context);
	void *context;
	struct systally_error *error;
	size_t found;
	int result;
} search;

/* Writes a rule, with a path or name as `targets` takes it. */
static int write_rule(const char *word, const char *text)
{
	char rule[SYSTALLY_RULE_LEN];
	size_t used = (size_t)snprintf(rule, sizeof(rule), "%s", word), i;

	for (i = 0; text[i]; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (used + 5 > sizeof(rule))
			return systally_error_set(
				search.error,
				"'%.80s...' is too long for a rule; ask for a control group above it, by --cgroup",
				text);
		if (isgraph(c) && c < 0x80 && c != '\\' && c != ',')
			rule[used++] = text[i];
		else
			used += (size_t)sprintf(rule + used, "\\x%02x", c);
	}
	rule[used] = '\0';
	search.found++;
	return search.write(rule, search.context);
}

/* Is a folder, of a path's last step, the group of the unit or container? */
static bool is_found(const char *path)
{
	const char *last = strrchr(path, '/');
	const char *id;

	if (!last || !last[1])
		return false;
	if (search.term->kind == SYSTALLY_TERM_UNIT)
		return is_unit(last + 1 + (last[1] == '_'), search.term->text);
	id = systally_facts_container(path);
	return id && systally_containers_is(id, search.term->text);
}

static int visit(const char *path, const struct stat *status, int type,
		 struct FTW *ftw)
{
	(void)status;
	(void)ftw;
	if (type != FTW_D || !is_found(path + search.skip))
		return FTW_CONTINUE;
	search.result = write_rule("+cgroup:", path + search.skip);
	/* what is below belongs to it */
	return search.result ? FTW_STOP : FTW_SKIP_SUBTREE;
}

/* Where control groups are mounted: version 2, or `pids` or `memory` of version 1 */
static const char *const mounts[] = {
	"/sys/fs/cgroup",
	"/sys/fs/cgroup/unified",
	"/sys/fs/cgroup/pids",
	"/sys/fs/cgroup/memory",
};

static bool is_mount(const char *path)
{
	char file[64];

	/* each group has this file, and the folder of all hierarchies has not */
	snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	return !access(file, F_OK);
}

static int find_groups(void)
{
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		if (!is_mount(mounts[i]))
			continue;
		search.skip = strlen(mounts[i]);
		nftw(mounts[i], visit, 16, FTW_PHYS | FTW_ACTIONRETVAL);
		if (search.found || search.result)
			break;
	}
	return search.result;
}

static int write_term(const struct systally_term *term,
		      struct systally_error *error)
{
	char uid[16];

	switch (term->kind) {
	case SYSTALLY_TERM_CGROUP:
		return write_rule("+cgroup:", term->text);
	case SYSTALLY_TERM_USER:
		snprintf(uid, sizeof(uid), "%u", term->uid);
		return write_rule("+uid:", uid);
	case SYSTALLY_TERM_NAME:
		return write_rule("+comm:", term->text);
	default:
		break;
	}
	search.found = 0;
	if (find_groups())
		return search.result;
	if (search.found)
		return 0;
	return systally_error_set(
		error, "no %s '%.80s' runs; check its name by %s",
		nouns[term->kind], term->text,
		term->kind == SYSTALLY_TERM_UNIT ?
			"`systemd-cgls`, or count it from its start by --cgroup with the group above it" :
			"the runtime's own list, such as `podman ps`");
}

int systally_scope_rules(const struct systally_scope *scope,
			 int (*write)(const char *rule, void *context),
			 void *context, struct systally_error *error)
{
	size_t i;
	int result = 0;

	systally_containers_refresh();
	search = (struct search){ .write = write,
				  .context = context,
				  .error = error };
	for (i = 0; !result && i < scope->term_count; i++) {
		search.term = &scope->terms[i];
		result = write_term(search.term, error);
	}
	return result;
}
