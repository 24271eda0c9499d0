// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes and removes the folder of a run. Called by needs_run.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "needs_place.h"

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

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

/* Folders that were left without rights are in the way; counts them. */
static unsigned int opened;

static int open_one(const char *path, const struct stat *status, int type,
		    struct FTW *ftw)
{
	(void)status;
	(void)ftw;
	if ((type == FTW_D || type == FTW_DNR) &&
	    access(path, R_OK | W_OK | X_OK) && !chmod(path, 0700))
		opened++;
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

int systally_place_remove(const struct systally_place *place,
			  struct systally_error *error)
{
	if (unmount_all(place, error))
		return -1;
	/* what a folder holds is seen only once it is open */
	do {
		opened = 0;
		nftw(place->directory, open_one, 16, FTW_PHYS | FTW_MOUNT);
	} while (opened);
	nftw(place->directory, remove_one, 16,
	     FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	return 0;
}
