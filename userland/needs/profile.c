// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the profile of `systally needs --seccomp`. Called by cmd_needs.c.
 * Its form: github.com/opencontainers/runtime-spec, config-linux.md, Seccomp.
 */
#include <errno.h>
#include <string.h>

#include "base/json_object.h"
#include "needs/filter.h"
#include "needs/profile.h"

static bool add_text(struct json_object *list, const char *text)
{
	struct json_object *one = json_object_new_string(text);

	if (one && !json_object_array_add(list, one))
		return true;
	json_object_put(one);
	return false;
}

static bool has(struct json_object *list, const char *text)
{
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		if (!strcmp(json_object_get_string(
				json_object_array_get_idx(list, i)), text))
			return true;
	}
	return false;
}

/* Adds the ABIs and the names of all that was used. */
static bool fill(struct json_object *architectures, struct json_object *calls,
		 const struct systally_used *used,
		 const struct systally_names *names, size_t *unnamed)
{
	static const char *const architecture[SYSTALLY_ABIS] = {
		[SYSTALLY_ABI_X86_64] = "SCMP_ARCH_X86_64",
		[SYSTALLY_ABI_I386] = "SCMP_ARCH_X86",
		[SYSTALLY_ABI_X32] = "SCMP_ARCH_X32",
	};
	const char *name;
	unsigned int abi;
	int nr;

	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		for (nr = 0; nr <= SYSTALLY_NR_MAX; nr++) {
			if (!used->count[abi][nr])
				continue;
			if (!has(architectures, architecture[abi]) &&
			    !add_text(architectures, architecture[abi]))
				return false;
			name = systally_names_known(names, abi, nr);
			if (!name || !systally_filter_knows(name))
				++*unnamed;
			else if (!has(calls, name) && !add_text(calls, name))
				return false;
		}
	}
	return true;
}

static struct json_object *make(const struct systally_used *used,
				const struct systally_names *names,
				size_t *unnamed)
{
	struct json_object *profile = json_object_new_object();
	struct json_object *architectures = json_object_new_array();
	struct json_object *list = json_object_new_array();
	struct json_object *rule = json_object_new_object();
	struct json_object *calls = json_object_new_array();

	/* all of them belong to @profile as soon as they can */
	if (!profile || !architectures || !list || !rule || !calls ||
	    !fill(architectures, calls, used, names, unnamed) ||
	    !systally_json_put(profile, "defaultAction",
			       json_object_new_string("SCMP_ACT_ERRNO")) ||
	    !systally_json_put(profile, "defaultErrnoRet",
			       json_object_new_int(ENOSYS)) ||
	    !systally_json_put(rule, "action",
			       json_object_new_string("SCMP_ACT_ALLOW"))) {
		json_object_put(profile);
		json_object_put(architectures);
		json_object_put(list);
		json_object_put(rule);
		json_object_put(calls);
		return NULL;
	}
	if (systally_json_put(rule, "names", calls) &&
	    !json_object_array_add(list, rule) &&
	    systally_json_put(profile, "architectures", architectures) &&
	    systally_json_put(profile, "syscalls", list))
		return profile;
	json_object_put(profile);
	return NULL;
}

int systally_needs_profile(FILE *out, const struct systally_used *used,
			   const struct systally_names *names, size_t *unnamed)
{
	struct json_object *profile;

	*unnamed = 0;
	profile = make(used, names, unnamed);
	if (!profile)
		return -1;
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(profile,
			JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
			JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(profile);
	return 0;
}
