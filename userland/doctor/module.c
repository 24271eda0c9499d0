// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judges the loaded module, its file and its counters.
 */
#include <string.h>

#include "systally.h"
#include "device/control.h"
#include "doctor/module.h"

/* Compares the loaded module with this command and with the file. */
static void check_loaded(struct systally_checkup *checkup,
			 const struct systally_loaded *loaded,
			 const struct systally_kmod *file)
{
	const char *build =
		file ? systally_kmod_info(file, "srcversion") : NULL;

	if (*loaded->state && strcmp(loaded->state, "live"))
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "systally",
			"the module is being loaded or unloaded (%s); try again",
			loaded->state);
	else if (*loaded->version && strcmp(loaded->version, SYSTALLY_VERSION))
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "systally",
			"the module is %s, but this command is %s; use a module and a command that were built together",
			loaded->version, SYSTALLY_VERSION);
	else if (!*loaded->build || !build)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_UNKNOWN, "systally",
			"the module is loaded, but whether it was built together with this command is not known, because %s; build both with `make`, and load that module",
			!file  ? "there is no systally.ko to compare it with" :
			!build ? "systally.ko has no srcversion" :
				 "it has no srcversion");
	else if (strcmp(loaded->build, build))
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "systally",
			"the loaded module is another build than %s (srcversion %s, %s); unload it with `systally unload`, and load that one with `systally load`",
			file->path, loaded->build, build);
	else
		systally_findings_add(
			checkup, SYSTALLY_FINDING_OK, "systally",
			"the module is loaded, it is the build in %s, it and this command are %s",
			file->path, SYSTALLY_VERSION);
}

/* Says whether the module that `systally load` would load fits. */
static void check_file(struct systally_checkup *checkup,
		       const struct systally_kmod *file)
{
	const char *version = systally_kmod_info(file, "version");
	char release[65];

	systally_kmod_release(file, release);
	if (strcmp(release, checkup->kernel.release))
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "module file",
			"%s was built for kernel %s; build it for this kernel with `make`",
			file->path, release);
	else if (version && strcmp(version, SYSTALLY_VERSION))
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "module file",
			"%s is %s, but this command is %s; build them together with `make`",
			file->path, version, SYSTALLY_VERSION);
	else
		systally_findings_add(checkup, SYSTALLY_FINDING_OK,
				      "module file", "%s is for this kernel",
				      file->path);
}

void systally_module_judge(struct systally_checkup *checkup,
			   const struct systally_loaded *loaded,
			   const struct systally_kmod *file, const char *why)
{
	if (loaded->loaded == SYSTALLY_YES) {
		check_loaded(checkup, loaded, file);
		return;
	}
	if (file)
		check_file(checkup, file);
	else
		systally_findings_add(checkup, SYSTALLY_FINDING_WARN,
				      "module file", "%s", why);
	if (loaded->loaded == SYSTALLY_NO)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "systally",
			"the module is not loaded; load it with `systally load`");
	else
		systally_findings_add(
			checkup, SYSTALLY_FINDING_UNKNOWN, "systally",
			"/sys does not tell whether the module is loaded; mount it with `mount -t sysfs sysfs /sys`");
}

/* Checks that the counters can be read, as `report` reads them. */
static void check_counters(struct systally_checkup *checkup)
{
	struct systally_error error = { "" };
	struct systally_snapshot snapshot;
	struct systally_control control;
	bool enabled;

	if (!checkup->policy.root) {
		systally_findings_add(checkup, SYSTALLY_FINDING_UNKNOWN,
				      "counters",
				      "only root can read them; use sudo");
		return;
	}
	if (systally_control_open(&control, &error) ||
	    systally_control_snapshot(&control, &snapshot, &error)) {
		systally_findings_add(checkup, SYSTALLY_FINDING_FAIL,
				      "counters", "%s", error.text);
		return;
	}
	enabled = snapshot.header.flags & SYSTALLY_ENABLED;
	systally_snapshot_free(&snapshot);
	if (!enabled)
		systally_findings_add(
			checkup, SYSTALLY_FINDING_WARN, "counters",
			"counting is switched off; switch it on with `echo 1 > %s/enabled`",
			control.directory);
	else
		systally_findings_add(checkup, SYSTALLY_FINDING_OK, "counters",
				      "%s can be read", control.directory);
}

void systally_module_check(struct systally_checkup *checkup)
{
	struct systally_error error = { "" };
	struct systally_loaded loaded;
	struct systally_kmod file;
	bool found;

	systally_loader_look(&loaded, "");
	found = !systally_kmod_open(&file, NULL, &error);
	systally_module_judge(checkup, &loaded, found ? &file : NULL,
			      error.text);
	if (found)
		systally_kmod_close(&file);
	if (loaded.loaded == SYSTALLY_YES)
		check_counters(checkup);
}
