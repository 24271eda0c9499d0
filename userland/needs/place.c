// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes and removes the temporary folder of a run.
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
	/* short, since the path of a socket is limited to 107 bytes */
	strcpy(place->directory, "/tmp/systally-needs-XXXXXX");
	if (!mkdtemp(place->directory))
		return systally_error_set(error,
					  "cannot make a folder in /tmp: %s",
					  systally_error_meaning(errno));
	sprintf(place->run, "%.60s/run", place->directory);
	sprintf(place->output, "%.60s/output", place->directory);
	sprintf(place->error, "%.60s/error", place->directory);
	sprintf(place->said, "%.60s/said", place->directory);
	sprintf(place->figure, "%.60s/figure", place->directory);
	/* a program that gives up root must still reach its files */
	if (chmod(place->directory, 0711) || mkdir(place->run, 0755)) {
		systally_error_set(error, "cannot make %s: %s", place->run,
				   systally_error_meaning(errno));
		rmdir(place->directory);
		return -1;
	}
	return 0;
}

/*
 * Finds a mount point below @directory: the last one in the list, since later
 * mounts may lie on earlier ones. Returns true and its @path, or false.
 */
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
 * Unmounts everything below the folder. FTS_XDEV in remove_tree() does not
 * protect from this: a bind mount may be of the same file system.
 */
static int unmount_all(const struct systally_place *place,
		       struct systally_error *error)
{
	char path[PATH_MAX];

	while (find_mount(place->directory, path)) {
		if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW))
			return systally_error_set(
				error,
				"cannot unmount %s, which the command has mounted: %s; unmount it and remove %s",
				path, systally_error_meaning(errno),
				place->directory);
	}
	return 0;
}

/* Removes one entry of the walk, or makes a folder accessible. */
static void remove_one(FTSENT *entry)
{
	switch (entry->fts_info) {
	case FTS_D:
		/* the command may have removed our rights to a folder */
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

/* fts(3) changes into each folder, so paths longer than PATH_MAX work. */
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
	return systally_error_set(
		error,
		"cannot remove %s with the files that the command has left: %s; remove it",
		directory, systally_error_meaning(errno));
}

int systally_place_remove(const struct systally_place *place,
			  struct systally_error *error)
{
	if (unmount_all(place, error))
		return -1;
	return remove_tree(place->directory, error);
}
