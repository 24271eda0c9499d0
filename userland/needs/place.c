// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes and removes the folder of a run. Called by needs_run.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "needs/place.h"

int systally_place_make(struct systally_place *place,
			struct systally_error *error)
{
	memset(place, 0, sizeof(*place));
	/* short, since sockets' paths have to fit in 108 bytes */
	strcpy(place->directory, "/tmp/systally-needs-XXXXXX");
	if (!mkdtemp(place->directory))
		return systally_error_set(error,
			"cannot make a folder in /tmp: %s", strerror(errno));
	sprintf(place->run, "%.60s/run", place->directory);
	sprintf(place->output, "%.60s/output", place->directory);
	sprintf(place->error, "%.60s/error", place->directory);
	sprintf(place->said, "%.60s/said", place->directory);
	sprintf(place->figure, "%.60s/figure", place->directory);
	/* what gives up root must still get at its files */
	if (chmod(place->directory, 0711) || mkdir(place->run, 0755)) {
		systally_error_set(error, "cannot make %s: %s", place->run,
				   strerror(errno));
		rmdir(place->directory);
		return -1;
	}
	return 0;
}

/* Finds what is mounted below @directory, the last first. */
static bool find_mount(const char *directory, char path[PATH_MAX])
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	size_t length = strlen(directory);
	struct mntent entry;
	char line[3 * PATH_MAX];
	bool found = false;

	if (!mounts)
		return false;
	while (getmntent_r(mounts, &entry, line, sizeof(line))) {
		if (strncmp(entry.mnt_dir, directory, length) ||
		    entry.mnt_dir[length] != '/' ||
		    strlen(entry.mnt_dir) >= PATH_MAX)
			continue;
		strcpy(path, entry.mnt_dir);
		found = true;
	}
	endmntent(mounts);
	return found;
}

/*
 * What is mounted there must not be taken for the run's own files: a bind
 * mount may be of the same file system.
 */
static int unmount_all(const struct systally_place *place,
		       struct systally_error *error)
{
	char path[PATH_MAX];

	while (find_mount(place->directory, path)) {
		if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW))
			return systally_error_set(error,
				"the command has left %s mounted, which cannot be undone: %s; unmount it, and remove %s",
				path, strerror(errno), place->directory);
	}
	return 0;
}

/* Removes what is in the way of a walk's next step. */
static void remove_one(FTSENT *entry)
{
	switch (entry->fts_info) {
	case FTS_D:
		/* one that was left without rights cannot be gone through */
		if (access(entry->fts_accpath, R_OK | W_OK | X_OK))
			chmod(entry->fts_accpath, 0700);
		break;
	case FTS_DP:
	case FTS_DNR:
		rmdir(entry->fts_accpath);
		break;
	default:
		unlink(entry->fts_accpath);
		break;
	}
}

/* Goes from folder to folder, as there may be paths that are too long. */
static int remove_tree(const char *directory, struct systally_error *error)
{
	char copy[PATH_MAX], *const paths[] = { copy, NULL };
	FTSENT *entry;
	FTS *walk;

	snprintf(copy, sizeof(copy), "%s", directory);
	walk = fts_open(paths, FTS_PHYSICAL | FTS_XDEV, NULL);
	while (walk && (entry = fts_read(walk)))
		remove_one(entry);
	if (walk)
		fts_close(walk);
	if (!rmdir(directory) || errno == ENOENT)
		return 0;
	return systally_error_set(error,
		"what the command has left in %s cannot be removed: %s; remove it",
		directory, strerror(errno));
}

int systally_place_remove(const struct systally_place *place,
			  struct systally_error *error)
{
	if (unmount_all(place, error))
		return -1;
	return remove_tree(place->directory, error);
}
