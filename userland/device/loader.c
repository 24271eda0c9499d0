// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and unloads the module by libkmod.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <libkmod.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"
#include "device/control.h"
#include "device/kmsg.h"
#include "device/loader.h"
#include "device/policy.h"
#include "device/refusal.h"

#define FOLDER "/sys/module/" SYSTALLY_KMOD_NAME

/* Keeps the parameter at fault, and the last other line. */
static void read_log(void *context, const char *text)
{
	struct systally_refusal *refusal = context;
	const char *end = strstr(text, ": error ");
	char value[64], name[32];

	/* The kernel warns so about every module that is not its own. */
	if (strstr(text, "taints kernel") || strstr(text, "tainting kernel"))
		return;
	/* See apply_parameter() in module/main.c. */
	if (!strncmp(text, "parameter ", 10) && end)
		snprintf(refusal->parameter, sizeof(refusal->parameter), "%.*s",
			 (int)(end - text - 10), text + 10);
	/* The kernel's own words, for a parameter that is no text. */
	else if (sscanf(text, "`%63[^']' invalid for parameter `%31[^']'",
			value, name) == 2)
		snprintf(refusal->parameter, sizeof(refusal->parameter),
			 "%s=%s", name, value);
	else
		snprintf(refusal->log, sizeof(refusal->log), "%s", text);
}

static int explain(const struct systally_kmod *kmod, int failed,
		   struct systally_kmsg *kmsg, struct systally_error *error)
{
	struct systally_refusal refusal = {
		.error = failed,
		.path = kmod->path,
		.signer = systally_kmod_info(kmod, "signer"),
	};
	struct utsname kernel;
	char name[32];

	systally_kmod_release(kmod, refusal.release);
	systally_policy_read(&refusal.policy, "");
	if (!uname(&kernel))
		snprintf(refusal.kernel, sizeof(refusal.kernel), "%s",
			 kernel.release);
	systally_kmsg_read(kmsg, SYSTALLY_KMOD_NAME ": ", read_log, &refusal);
	snprintf(name, sizeof(name), "%.*s",
		 (int)strcspn(refusal.parameter, "="), refusal.parameter);
	refusal.takes = systally_kmod_parameter(kmod, name);
	return systally_refusal_explain(&refusal, error);
}

int systally_loader_load(struct systally_kmod *kmod, char **parameters,
			 int count, struct systally_error *error)
{
	struct systally_kmsg kmsg;
	char *text;
	int err;

	text = systally_kmod_join(kmod, parameters, count, error);
	if (!text)
		return -1;
	systally_kmsg_begin(&kmsg);
	if (kmod->installed)
		err = kmod_module_probe_insert_module(kmod->module,
						      KMOD_PROBE_FAIL_ON_LOADED,
						      text, NULL, NULL, NULL);
	else
		err = kmod_module_insert_module(kmod->module, 0, text);
	free(text);
	if (err)
		err = explain(kmod, abs(err), &kmsg, error);
	systally_kmsg_end(&kmsg);
	return err;
}

/* Reads the first line of a file of the module into @text, if there is one. */
static void read_line(const char *root, const char *file, char *text,
		      size_t size)
{
	char path[PATH_MAX], *line;

	snprintf(path, sizeof(path), "%s" FOLDER "/%s", root, file);
	line = systally_file_read(path, NULL);
	if (line)
		snprintf(text, size, "%.*s", (int)strcspn(line, "\n"), line);
	free(line);
}

void systally_loader_look(struct systally_loaded *loaded, const char *root)
{
	char path[PATH_MAX];

	memset(loaded, 0, sizeof(*loaded));
	snprintf(path, sizeof(path), "%s" FOLDER "/initstate", root);
	if (!access(path, F_OK))
		loaded->loaded = SYSTALLY_YES;
	snprintf(path, sizeof(path), "%s/sys/module", root);
	if (loaded->loaded == SYSTALLY_UNKNOWN && !access(path, F_OK))
		loaded->loaded = SYSTALLY_NO;
	if (loaded->loaded != SYSTALLY_YES)
		return;
	read_line(root, "initstate", loaded->state, sizeof(loaded->state));
	read_line(root, "version", loaded->version, sizeof(loaded->version));
	read_line(root, "srcversion", loaded->build, sizeof(loaded->build));
}

int systally_loader_check_rights(const char *what, struct systally_error *error)
{
	struct systally_policy policy;
	const char *why;

	systally_policy_read(&policy, "");
	why = systally_policy_forbids(&policy);
	return why ? systally_error_set(error, "cannot %s the module: %s", what,
					why) :
		     0;
}

int systally_loader_check_unloaded(struct systally_error *error)
{
	struct systally_loaded loaded;

	systally_loader_look(&loaded, "");
	if (loaded.loaded != SYSTALLY_YES)
		return 0;
	return systally_error_set(error, "cannot load the module: %s",
				  SYSTALLY_REFUSAL_LOADED);
}

/* EWOULDBLOCK: names the module or the process that uses it. */
static void explain_use(const struct kmod_module *module,
			struct systally_error *error)
{
	struct kmod_list *holders = kmod_module_get_holders(module);
	struct systally_error ignored = { "" };
	struct systally_control control;
	char comm[64] = "", path[64];
	struct kmod_module *holder;
	char *text;
	int pid;

	if (holders) {
		holder = kmod_module_get_module(holders);
		systally_error_set(
			error,
			"cannot unload the module: it is in use by the module %s; unload that one first",
			kmod_module_get_name(holder));
		kmod_module_unref(holder);
		kmod_module_unref_list(holders);
		return;
	}
	pid = systally_control_open(&control, &ignored) ?
		      0 :
		      systally_control_user(&control);
	if (!pid) {
		systally_error_set(
			error,
			"cannot unload the module: it is in use; end the processes that have its files in debugfs open, such as `systally top`, and SystemTap scripts that query it");
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	text = systally_file_read(path, NULL);
	if (text)
		snprintf(comm, sizeof(comm), " (%.*s)",
			 (int)strcspn(text, "\n"), text);
	free(text);
	systally_error_set(
		error,
		"cannot unload the module: it is in use by process %d%s, which has a file in %s open; end that process first",
		pid, comm, control.directory);
}

int systally_loader_unload(struct systally_error *error)
{
	struct kmod_ctx *context = systally_kmod_context(error);
	struct kmod_module *module;
	int err;

	if (!context)
		return -1;
	err = kmod_module_new_from_name(context, SYSTALLY_KMOD_NAME, &module);
	if (err < 0) {
		kmod_unref(context);
		return systally_error_set(error, "cannot unload the module: %s",
					  strerror(-err));
	}
	err = kmod_module_remove_module(module, KMOD_REMOVE_NOWAIT);
	switch (-err) {
	case 0:
		break;
	case ENOENT:
		systally_error_set(
			error,
			"cannot unload the module: it is not loaded; load it with `systally load`");
		break;
	case EWOULDBLOCK:
		explain_use(module, error);
		break;
	case EBUSY:
		systally_error_set(
			error,
			"cannot unload the module: it is being loaded or unloaded; try again, and see the kernel log (`dmesg | tail`)");
		break;
	case EPERM:
		systally_error_set(
			error,
			"cannot unload the module: CAP_SYS_MODULE is missing, or kernel.modules_disabled is 1; see `systally doctor`");
		break;
	case ENOSYS:
		systally_error_set(
			error,
			"cannot unload the module: this kernel loads no modules (CONFIG_MODULES is off); use another kernel");
		break;
	default:
		systally_error_set(error, "cannot unload the module: %s",
				   strerror(-err));
		break;
	}
	kmod_module_unref(module);
	kmod_unref(context);
	return err ? -1 : 0;
}
