// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds libsystally-probe.so.
 */
#define _GNU_SOURCE
#include <gnu/libc-version.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/library.h"
#include "systally_probe.h"

/* Folders that `$LIB` stands for in this width, by distribution */
static const char *const widths[] = {
#if defined(__x86_64__)
	"lib/x86_64-linux-gnu",
	"lib64",
	"lib",
#endif
	NULL,
};

/* The library's folder, from that of the command on: built, installed */
static const char *const places[] = { "../probe", "../lib/systally" };

/* Whether the C library calls la_symbind() for programs that bind at start. */
static int check_linker(struct systally_error *error)
{
	unsigned int major = 0, minor = 0;

	sscanf(gnu_get_libc_version(), "%u.%u", &major, &minor);
	if (major > 2 || (major == 2 && minor >= 35))
		return 0;
	return systally_error_set(
		error,
		"--in-process needs glibc 2.35 or newer, and this is %s; leave it out to count by the module",
		gnu_get_libc_version());
}

char *systally_probe_library(struct systally_error *error)
{
	char folder[PATH_MAX], path[2 * PATH_MAX], *slash, *found;
	const char *const *width;
	ssize_t length;
	size_t i;

	if (!*widths) {
		systally_error_set(
			error,
			"--in-process is not there for this architecture; leave it out to count by the module");
		return NULL;
	}
	if (check_linker(error))
		return NULL;
	length = readlink("/proc/self/exe", folder, sizeof(folder) - 1);
	folder[length > 0 ? length : 0] = '\0';
	slash = strrchr(folder, '/');
	if (slash)
		*slash = '\0';
	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		for (width = widths; *width; width++) {
			snprintf(path, sizeof(path), "%s/%s/%s/%s", folder,
				 places[i], *width, SYSTALLY_PROBE_LIBRARY);
			if (access(path, R_OK))
				continue;
			if (strchr(folder, ':')) {
				systally_error_set(
					error,
					"the folder %s has a colon in its name, which the dynamic linker cannot take; rename it",
					folder);
				return NULL;
			}
			if (asprintf(&found, "%s/%s/$LIB/%s", folder, places[i],
				     SYSTALLY_PROBE_LIBRARY) >= 0)
				return found;
			systally_error_set(error, "out of memory");
			return NULL;
		}
	}
	systally_error_set(
		error,
		"cannot find %s in %s/%s/%s or %s/%s/%s; install systally again, or build it by `make probe`",
		SYSTALLY_PROBE_LIBRARY, folder, places[0], widths[0], folder,
		places[1], widths[0]);
	return NULL;
}
