// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units and containers in the paths of control groups.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/intern.h"
#include "units/containers.h"
#include "units/facts.h"

/* A step of a path: not NUL-terminated */
struct step {
	const char *text;
	size_t length;
	bool escaped; /* a name of a machine, as a unit's name has it */
};

/* The next step after @at, which begins with the path's first slash; or none */
static bool next_step(const char **at, struct step *step)
{
	const char *text = *at + strspn(*at, "/");

	*step = (struct step){ .text = text, .length = strcspn(text, "/") };
	*at = text + step->length;
	return step->length;
}

static bool ends(const struct step *step, const char *suffix)
{
	const size_t length = strlen(suffix);

	return step->length > length &&
	       !memcmp(step->text + step->length - length, suffix, length);
}

static bool begins(const struct step *step, const char *prefix)
{
	const size_t length = strlen(prefix);

	return step->length > length && !memcmp(step->text, prefix, length);
}

static bool is(const struct step *step, const char *text)
{
	return step->length == strlen(text) &&
	       !memcmp(step->text, text, step->length);
}

/* Without the prefix _ that systemd gives to names which the kernel would take */
static struct step unescaped(struct step step)
{
	if (step.text[0] == '_' && step.length > 1) {
		step.text++;
		step.length--;
	}
	return step;
}

static bool is_unit(const struct step *step)
{
	return ends(step, ".service") || ends(step, ".scope") ||
	       ends(step, ".socket") || ends(step, ".mount") ||
	       ends(step, ".swap");
}

const char *systally_facts_unit(const char *path)
{
	struct step step, slice = { .text = NULL }, unit = { .text = NULL };

	while (next_step(&path, &step)) {
		step = unescaped(step);
		if (is_unit(&step))
			unit = step;
		else if (ends(&step, ".slice") && !unit.text)
			slice = step;
	}
	if (!unit.text)
		unit = slice;
	return unit.text ? systally_intern(unit.text, unit.length) : NULL;
}

static bool is_hex(const char *text, size_t length)
{
	return strspn(text, "0123456789abcdef") >= length;
}

/* What comes before an id of 64 hexadecimal digits, and may have .scope behind it */
static const char *const prefixes[] = {
	"docker-", "libpod-payload-", "libpod-",   "cri-containerd-",
	"crio-",   "containerd-",     "buildkit-", "nerdctl-",
};

/* The id in a step, if there is one */
static bool find_id(struct step step, struct step *id)
{
	size_t i;

	const char *colon;

	if (ends(&step, ".scope"))
		step.length -= strlen(".scope");
	/* containerd, where the runtime does not know of systemd: SLICE:PREFIX:ID */
	colon = memrchr(step.text, ':', step.length);
	if (colon) {
		step.length -= (size_t)(colon + 1 - step.text);
		step.text = colon + 1;
	}
	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (!begins(&step, prefixes[i]))
			continue;
		step.text += strlen(prefixes[i]);
		step.length -= strlen(prefixes[i]);
		break;
	}
	if (step.length != SYSTALLY_CONTAINER_ID_LEN ||
	    !is_hex(step.text, step.length))
		return false;
	*id = step;
	return true;
}

/* The names that LXC, LXD, Incus, systemd-nspawn and libvirt give to containers */
static const struct {
	const char *before, *behind;
} names[] = {
	{ "lxc.payload.", "" },
	{ "systemd-nspawn@", ".service" },
	{ "machine-", ".scope" },
};

/* The name in a step of these, or in the step after one of LXC */
static bool find_name(struct step step, const struct step *before,
		      struct step *name)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!begins(&step, names[i].before) ||
		    (*names[i].behind && !ends(&step, names[i].behind)))
			continue;
		step.text += strlen(names[i].before);
		step.length -=
			strlen(names[i].before) + strlen(names[i].behind);
		step.escaped = *names[i].behind;
		*name = step;
		return step.length;
	}
	if (is(before, "lxc") || is(before, "lxc.payload")) {
		*name = step;
		return true;
	}
	return false;
}

/*
 * The name as its machine has it: in a unit's name, systemd writes \xHH for a byte that a unit's name
 * cannot have (unit_name_escape() in src/basic/unit-name.c).
 */
static const char *intern_name(const struct step *name)
{
	char *copy = strndup(name->text, name->length);
	const char *interned;

	if (!copy)
		return NULL;
	if (name->escaped)
		systally_unescape(copy);
	interned = systally_intern(copy, strlen(copy));
	free(copy);
	return interned;
}

const char *systally_facts_container(const char *path)
{
	struct step step, before = { .text = "" }, found = { .text = NULL };
	const char *at = path;

	/* the innermost one: containers may run in containers */
	while (next_step(&at, &step)) {
		if (!find_id(step, &found))
			find_name(step, &before, &found);
		before = step;
	}
	if (found.text)
		return intern_name(&found);
	return systally_containers_at(path);
}

void systally_facts_set_cgroup(struct systally_facts *facts, const char *path)
{
	facts->cgroup = path ? systally_intern(path, strlen(path)) : NULL;
	facts->unit = path ? systally_facts_unit(path) : NULL;
	facts->container = path ? systally_facts_container(path) : NULL;
}
