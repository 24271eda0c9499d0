// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explains why the kernel refused to load the module. The errors are those of
 * load_module() in the kernel's kernel/module, of its security modules, and of
 * systally_init() in module/main.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device/control.h"
#include "device/refusal.h"

#define MEANING_BYTES 320
#define SIGN \
	"sign it with a key that the kernel trusts (kmodsign, mokutil --import)"

/*
 * Writes the message. @meaning is `why; what to do`; what the kernel log says
 * goes between the two.
 */
static int refuse(const struct systally_refusal *refusal, const char *meaning,
		  struct systally_error *error)
{
	const char *remedy = strstr(meaning, "; ");
	const char *colon = *refusal->parameter ? ": " : "";
	bool log = *refusal->log;

	if (!remedy)
		remedy = meaning + strlen(meaning);
	return systally_error_set(
		error, "cannot load %s: %s%.80s%s%.*s%s%s%s%s", refusal->path,
		*refusal->parameter ? "parameter " : "", refusal->parameter,
		colon, (int)(remedy - meaning), meaning,
		log ? " (kernel log: " : "", refusal->log, log ? ")" : "",
		remedy);
}

/* EPERM has several causes: names the one that applies. */
static void explain_forbidden(const struct systally_policy *policy,
			      char meaning[MEANING_BYTES])
{
	const char *why = systally_policy_forbids(policy);

	if (why) {
		/* the remedy is in it */
	} else if (policy->modules_disabled == SYSTALLY_YES) {
		why = "kernel.modules_disabled is 1; reboot without setting it";
	} else if (!*policy->lockdown) {
		why = "not permitted, though root may load modules here; see the kernel log (`dmesg | tail`) and the audit log";
	} else {
		snprintf(
			meaning, MEANING_BYTES,
			"the kernel is locked down (%s%s) and loads only signed modules; %s, or boot with lockdown=none",
			policy->lockdown,
			policy->secure_boot == SYSTALLY_YES ?
				", with Secure Boot on" :
				"",
			SIGN);
		return;
	}
	strcpy(meaning, why);
}

static void explain_signature(const char *signer, char meaning[MEANING_BYTES])
{
	if (signer && *signer)
		snprintf(
			meaning, MEANING_BYTES,
			"it is signed by '%.40s', whose key the kernel does not trust; enrol that key (mokutil --import), or sign it with another",
			signer);
	else
		snprintf(
			meaning, MEANING_BYTES,
			"the kernel loads only signed modules, and it is not signed; %s",
			SIGN);
}

/* ENOEXEC: the kernel compares vermagic with its own. */
static void explain_format(const struct systally_refusal *refusal,
			   char meaning[MEANING_BYTES])
{
	if (strcmp(refusal->release, refusal->kernel))
		snprintf(
			meaning, MEANING_BYTES,
			"it was built for kernel %s, and this is %s; build it for this kernel with `make`",
			refusal->release, refusal->kernel);
	else
		snprintf(
			meaning, MEANING_BYTES,
			"it was built for another configuration of kernel %s; build it again with `make`",
			refusal->release);
}

static void explain_value(const struct systally_refusal *refusal,
			  char meaning[MEANING_BYTES])
{
	char name[32];

	snprintf(name, sizeof(name), "%.*s",
		 (int)strcspn(refusal->parameter, "="), refusal->parameter);
	if (refusal->error == EINVAL && refusal->takes)
		snprintf(meaning, MEANING_BYTES, "invalid value; %s: %s", name,
			 refusal->takes);
	else
		snprintf(meaning, MEANING_BYTES, "%s",
			 systally_control_meaning(name, refusal->error));
}

static const char *find_meaning(int error)
{
	static const struct {
		int error;
		const char *meaning;
	} meanings[] = {
		{ EEXIST, SYSTALLY_REFUSAL_LOADED },
		{ EBADMSG,
		  "its signature is damaged; build it again, or sign it again" },
		{ EINVAL,
		  "a parameter is invalid, or it does not fit this kernel; see the kernel log (`dmesg | tail`)" },
		{ ENOENT,
		  "this kernel lacks a function that it needs; see the kernel log (`dmesg | tail`) and `systally doctor`" },
		{ ENOMEM,
		  "there is not enough memory for it; load it with a larger memory_max_bytes, or free memory" },
		{ ENOSYS,
		  "this kernel cannot load modules (CONFIG_MODULES is off); use another kernel" },
		{ EBUSY,
		  "it is being loaded or unloaded by another process; try again" },
	};
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].error == error)
			return meanings[i].meaning;
	}
	return strerror(error);
}

int systally_refusal_explain(const struct systally_refusal *refusal,
			     struct systally_error *error)
{
	char meaning[MEANING_BYTES];

	switch (refusal->error) {
	case EPERM:
		explain_forbidden(&refusal->policy, meaning);
		break;
	case EKEYREJECTED:
	case ENOKEY:
	case ENOPKG:
		explain_signature(refusal->signer, meaning);
		break;
	case ENOEXEC:
		explain_format(refusal, meaning);
		break;
	default:
		if (*refusal->parameter)
			explain_value(refusal, meaning);
		else
			snprintf(meaning, sizeof(meaning), "%s",
				 find_meaning(refusal->error));
		break;
	}
	return refuse(refusal, meaning, error);
}
