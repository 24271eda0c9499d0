// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds systally.ko and reads its description by libkmod.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <libgen.h>
#include <libkmod.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device/kmod.h"

#define PARAMETERS_MAX 64

/* libkmod would write lines of its own to standard error. */
static void ignore_log(void *data, int priority, const char *file, int line,
		       const char *function, const char *format, va_list args)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)function;
	(void)format;
	(void)args;
}

struct kmod_ctx *systally_kmod_context(struct systally_error *error)
{
	struct kmod_ctx *context = kmod_new(NULL, NULL);

	if (context)
		kmod_set_log_fn(context, ignore_log, NULL);
	else
		systally_error_set(
			error, "cannot read the configuration of modprobe: %s",
			strerror(errno));
	return context;
}

/* Finds the module that was built or unpacked together with this command. */
static bool find_beside(char found[PATH_MAX])
{
	static const char *const places[] = { "../module/systally.ko",
					      "systally.ko" };
	char self[PATH_MAX], path[PATH_MAX];
	const char *folder;
	ssize_t length;
	size_t i;

	length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length < 0)
		return false;
	self[length] = '\0';
	folder = dirname(self);
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (snprintf(path, PATH_MAX, "%s/%s", folder, places[i]) <
			    PATH_MAX &&
		    realpath(path, found) && !access(found, R_OK))
			return true;
	}
	return false;
}

/* Finds the module that is installed for the running kernel. */
static int find_installed(struct systally_kmod *kmod,
			  struct systally_error *error)
{
	struct kmod_list *list = NULL;

	kmod_module_new_from_lookup(kmod->context, SYSTALLY_KMOD_NAME, &list);
	if (list)
		kmod->module = kmod_module_get_module(list);
	kmod_module_unref_list(list);
	kmod->installed = true;
	if (kmod->module && kmod_module_get_path(kmod->module))
		return 0;
	if (access("/proc/self/exe", F_OK))
		return systally_error_set(
			error,
			"cannot find the module: there is none in %s, and without /proc nobody can look beside this command; mount it with `mount -t proc proc /proc`",
			kmod_get_dirname(kmod->context));
	return systally_error_set(
		error,
		"cannot find the module: there is no systally.ko beside this command, and none in %s; build it with `make`, or install it with `make install`",
		kmod_get_dirname(kmod->context));
}

int systally_kmod_open(struct systally_kmod *kmod, const char *path,
		       struct systally_error *error)
{
	char beside[PATH_MAX];
	int err;

	memset(kmod, 0, sizeof(*kmod));
	kmod->context = systally_kmod_context(error);
	if (!kmod->context)
		return -1;
	if (!path && find_beside(beside))
		path = beside;
	if (path) {
		err = kmod_module_new_from_path(kmod->context, path,
						&kmod->module);
		if (err < 0) {
			systally_error_set(error, "cannot read %s: %s", path,
					   strerror(-err));
			goto err_close;
		}
	} else if (find_installed(kmod, error)) {
		goto err_close;
	}
	kmod->path = kmod_module_get_path(kmod->module);
	err = kmod_module_get_info(kmod->module, &kmod->info);
	if (err < 0) {
		systally_error_set(
			error, "cannot read %s: %s; build it again with `make`",
			kmod->path,
			err == -ENOEXEC || err == -EINVAL || err == -ENODATA ?
				"it is not a kernel module" :
				strerror(-err));
		goto err_close;
	}
	return 0;

err_close:
	systally_kmod_close(kmod);
	return -1;
}

void systally_kmod_close(struct systally_kmod *kmod)
{
	kmod_module_info_free_list(kmod->info);
	if (kmod->module)
		kmod_module_unref(kmod->module);
	if (kmod->context)
		kmod_unref(kmod->context);
	memset(kmod, 0, sizeof(*kmod));
}

const char *systally_kmod_info(const struct systally_kmod *kmod,
			       const char *key)
{
	const struct kmod_list *entry;

	for (entry = kmod->info; entry;
	     entry = kmod_list_next(kmod->info, entry)) {
		if (!strcmp(kmod_module_info_get_key(entry), key))
			return kmod_module_info_get_value(entry);
	}
	return NULL;
}

void systally_kmod_release(const struct systally_kmod *kmod, char release[65])
{
	const char *magic = systally_kmod_info(kmod, "vermagic");

	snprintf(release, 65, "%.*s", magic ? (int)strcspn(magic, " ") : 0,
		 magic ? magic : "");
}

/*
 * Returns the next entry `parm` of the module, NAME:TEXT, after *@entry, which
 * is NULL at the start. Returns NULL after the last one.
 */
static const char *next_parameter(const struct systally_kmod *kmod,
				  const struct kmod_list **entry)
{
	*entry = *entry ? kmod_list_next(kmod->info, *entry) : kmod->info;
	for (; *entry; *entry = kmod_list_next(kmod->info, *entry)) {
		if (!strcmp(kmod_module_info_get_key(*entry), "parm"))
			return kmod_module_info_get_value(*entry);
	}
	return NULL;
}

static const char *find_parameter(const struct systally_kmod *kmod,
				  const char *name, size_t length)
{
	const struct kmod_list *entry = NULL;
	const char *parameter;

	while ((parameter = next_parameter(kmod, &entry))) {
		if (!strncmp(parameter, name, length) &&
		    parameter[length] == ':')
			return parameter + length + 1;
	}
	return NULL;
}

const char *systally_kmod_parameter(const struct systally_kmod *kmod,
				    const char *name)
{
	return find_parameter(kmod, name, strlen(name));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Refuses a word that is not a parameter, and lists the parameters. */
static int refuse_parameter(const struct systally_kmod *kmod, const char *word,
			    const char *why, struct systally_error *error)
{
	const char *list[PARAMETERS_MAX], *parameter;
	const struct kmod_list *entry = NULL;
	size_t i, count = 0, used = 0;
	char known[400] = "";

	while (count < PARAMETERS_MAX &&
	       (parameter = next_parameter(kmod, &entry)))
		list[count++] = parameter;
	/* the compiler chooses their order in the file */
	qsort(list, count, sizeof(list[0]), compare_names);
	for (i = 0; i < count && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used,
					 "%s%.*s", i ? ", " : "",
					 (int)strcspn(list[i], ":"), list[i]);
	return systally_error_set(error, "'%.60s' %s; the module has %s", word,
				  why, *known ? known : "no parameters");
}

char *systally_kmod_join(const struct systally_kmod *kmod, char **parameters,
			 int count, struct systally_error *error)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int i;

	for (i = 0; out && i < count; i++) {
		const char *word = parameters[i];
		const char *value = strchr(word, '=');
		const char *quote = strpbrk(word, " \t\n") ? "\"" : "";

		if (!value || value == word) {
			refuse_parameter(kmod, word, "is not NAME=VALUE",
					 error);
			goto err_close;
		}
		if (!find_parameter(kmod, word, (size_t)(value - word))) {
			refuse_parameter(kmod, word,
					 "is not a parameter of the module",
					 error);
			goto err_close;
		}
		if (strchr(word, '"')) {
			systally_error_set(
				error,
				"'%.60s' has a quotation mark, which no parameter takes",
				word);
			goto err_close;
		}
		fprintf(out, "%s%.*s=%s%s%s", i ? " " : "", (int)(value - word),
			word, quote, value + 1, quote);
	}
	if (!out || fclose(out)) {
		free(text);
		systally_error_set(error, "out of memory");
		return NULL;
	}
	return text;

err_close:
	fclose(out);
	free(text);
	return NULL;
}
