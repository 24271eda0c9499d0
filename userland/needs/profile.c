// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the profile of `systally needs --seccomp`. Its format:
 * github.com/opencontainers/runtime-spec, config-linux.md, Seccomp.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "calls/abi.h"
#include "needs/filter.h"
#include "needs/profile.h"

/* The names of all calls used, each once, and the calls without a name. */
struct calls {
	const char **names;
	size_t count, unnamed;
};

static void add_call(struct calls *calls, const char *name)
{
	size_t i;

	if (!name || !systally_filter_knows(name)) {
		calls->unnamed++;
		return;
	}
	for (i = 0; i < calls->count; i++) {
		if (!strcmp(calls->names[i], name))
			return;
	}
	calls->names[calls->count++] = name;
}

static bool is_used(const struct systally_used *used, unsigned int abi)
{
	int nr;

	for (nr = 0; nr <= SYSTALLY_NR_MAX; nr++) {
		if (used->count[abi][nr])
			return true;
	}
	return false;
}

/* Returns -1 if there is no memory. The caller frees calls->names. */
static int list_calls(struct calls *calls, const struct systally_used *used,
		      const struct systally_names *names)
{
	unsigned int abi;
	int nr;

	memset(calls, 0, sizeof(*calls));
	calls->names = calloc(SYSTALLY_ABIS * (SYSTALLY_NR_MAX + 1),
			      sizeof(*calls->names));
	if (!calls->names)
		return -1;
	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		for (nr = 0; nr <= SYSTALLY_NR_MAX; nr++) {
			if (used->count[abi][nr])
				add_call(calls,
					 systally_names_known(names, abi, nr));
		}
	}
	return 0;
}

static void put_profile(struct systally_json *json,
			const struct systally_used *used,
			const struct calls *calls)
{
	unsigned int abi;
	size_t i;

	systally_json_object(json, NULL);
	systally_json_text(json, "defaultAction", "SCMP_ACT_ERRNO");
	systally_json_count(json, "defaultErrnoRet", ENOSYS);
	systally_json_array(json, "architectures");
	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		if (is_used(used, abi))
			systally_json_text(json, NULL,
					   systally_abis[abi].arch_name);
	}
	systally_json_end(json);
	systally_json_array(json, "syscalls");
	systally_json_object(json, NULL);
	systally_json_text(json, "action", "SCMP_ACT_ALLOW");
	systally_json_array(json, "names");
	for (i = 0; i < calls->count; i++)
		systally_json_text(json, NULL, calls->names[i]);
	systally_json_end(json);
	systally_json_end(json);
	systally_json_end(json);
	systally_json_end(json);
}

int systally_needs_profile(FILE *out, const struct systally_used *used,
			   const struct systally_names *names, size_t *unnamed)
{
	struct systally_json *json;
	struct calls calls;
	int result = -1;

	if (list_calls(&calls, used, names))
		return -1;
	*unnamed = calls.unnamed;
	json = systally_json_new(out);
	if (json) {
		systally_json_pretty(json);
		put_profile(json, used, &calls);
		result = systally_json_free(json);
	}
	free(calls.names);
	return result;
}
