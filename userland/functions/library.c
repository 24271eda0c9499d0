// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds libraries and programs by the names that people use for them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "functions/library.h"

bool systally_library_is(const char *file, const char *name)
{
	size_t length = strlen(name);

	if (!strcmp(file, name))
		return true;
	if (strncmp(file, name, length) && !strncmp(file, "lib", 3))
		file += 3;
	if (strncmp(file, name, length))
		return false;
	file += length;
	/* libc-2.31.so, libpython3.11.so.1.0 */
	if (*file == '-')
		file += strspn(file, "-.0123456789");
	if (file[-1] == '.')
		file--;
	return !strncmp(file, ".so", 3) && (!file[3] || file[3] == '.');
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/*
 * Finds it among the files that a process maps as code. The path leads through
 * the process's root, which may be a container's. Returns NULL if there is none.
 */
static char *find_mapped(const char *name, uint32_t pid)
{
	char maps[64], *line = NULL, *found = NULL;
	size_t room = 0;
	FILE *file;

	snprintf(maps, sizeof(maps), "/proc/%u/maps", pid);
	file = fopen(maps, "re");
	if (!file)
		return NULL;
	while (!found && getline(&line, &room, file) > 0) {
		char *path = strchr(line, '/'), *rights = strchr(line, ' ');

		if (!path || !rights || rights[3] != 'x')
			continue;
		path[strcspn(path, "\n")] = '\0';
		if (systally_library_is(base_name(path), name) &&
		    asprintf(&found, "/proc/%u/root%s", pid, path) < 0)
			found = NULL;
	}
	free(line);
	fclose(file);
	return found;
}

/* Whether a line of `ldconfig -p` is of the native ABI. */
static bool is_native(const char *line)
{
#if defined(__x86_64__)
	return strstr(line, "x86-64");
#elif defined(__aarch64__)
	return strstr(line, "AArch64");
#else
	return line;
#endif
}

/* Finds it in the dynamic linker's cache. Returns NULL if there is none. */
static char *find_cached(const char *name)
{
	char *line = NULL, *found = NULL;
	bool is_best = false;
	size_t room = 0;
	FILE *list;

	list = popen("PATH=/sbin:/usr/sbin:$PATH ldconfig -p 2>/dev/null",
		     "re");
	if (!list)
		return NULL;
	/* `	libssl.so.3 (libc6,x86-64) => /lib/.../libssl.so.3` */
	while (!is_best && getline(&line, &room, list) > 0) {
		char *arrow = strstr(line, " => "), *end;

		if (*line != '\t' || !arrow)
			continue;
		end = strchr(line, ' ');
		*end = '\0';
		if (!systally_library_is(line + 1, name))
			continue;
		is_best = is_native(end + 1);
		if (found && !is_best)
			continue;
		free(found);
		arrow += 4;
		arrow[strcspn(arrow, "\n")] = '\0';
		found = strdup(arrow);
	}
	free(line);
	pclose(list);
	return found;
}

char *systally_library_find(const char *name,
			    const struct systally_library_scope *scope,
			    struct systally_error *error)
{
	struct systally_error ignored = { "" };
	char path[PATH_MAX], *found = NULL;

	if (strchr(name, '/')) {
		found = strdup(name);
		if (!found || !access(found, R_OK))
			return found;
		systally_error_set(error, "cannot read %s: %s", name,
				   systally_error_meaning(errno));
		free(found);
		return NULL;
	}
	if (scope->pid)
		found = find_mapped(name, scope->pid);
	if (!found && scope->program &&
	    !strcmp(base_name(scope->program), name))
		found = strdup(scope->program);
	if (!found)
		found = find_cached(name);
	if (!found && !systally_process_find(name, path, &ignored))
		found = strdup(path);
	if (found)
		return found;
	if (scope->pid)
		systally_error_set(
			error,
			"process %u maps no library '%s', and neither ldconfig nor PATH knows it; give its path",
			scope->pid, name);
	else
		systally_error_set(
			error,
			"neither ldconfig nor PATH knows a library or program '%s'; give its path",
			name);
	return NULL;
}
