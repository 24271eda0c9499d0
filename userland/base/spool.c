// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that get a name when they are whole.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/spool.h"

#define NAMES_MAX 100 /* temporary names to try: others may be left over */

/* Returns the length of the folder in @path with its slash, 0 if it has none. */
static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Writes @name beside @path. Returns 0, or -1 with errno if it is too long. */
static int beside(const char *path, const char *name, char place[PATH_MAX])
{
	int length = snprintf(place, PATH_MAX, "%.*s%s",
			      (int)folder_length(path), path, name);

	if (length < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

FILE *systally_spool_open(const char *path)
{
	char folder[PATH_MAX];
	FILE *spool;
	int fd;

	if (beside(path, ".", folder))
		return NULL;
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	spool = fd < 0 ? tmpfile() : fdopen(fd, "w+");
	if (!spool && fd >= 0)
		close(fd);
	if (spool)
		fcntl(fileno(spool), F_SETFD, FD_CLOEXEC);
	return spool;
}

static int write_all(int fd, const char *bytes, size_t count)
{
	while (count) {
		ssize_t done = write(fd, bytes, count);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		bytes += done;
		count -= (size_t)done;
	}
	return 0;
}

/* Appends all that is in @from to @to. */
static int copy(int from, int to)
{
	char block[65536];
	off_t at = 0;
	ssize_t got;

	while ((got = pread(from, block, sizeof(block), at)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || write_all(to, block, (size_t)got))
			return -1;
		at += got;
	}
	return 0;
}

/*
 * Gives @fd the owner and mode of @target. Fails if that is not possible, and if
 * the file has something else that a new file would lack: an access list, or
 * another name.
 */
static int adopt(int fd, int target)
{
	struct stat old, new;

	if (fstat(target, &old) || fstat(fd, &new))
		return -1;
	if (old.st_nlink != 1 ||
	    fgetxattr(target, "system.posix_acl_access", NULL, 0) >= 0) {
		errno = EPERM;
		return -1;
	}
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
	    fchown(fd, old.st_uid, old.st_gid))
		return -1;
	return fchmod(fd, old.st_mode & 07777);
}

/* Makes @name a file with what is in @fd. */
static int make_copy(int fd, const char *name, int target)
{
	int made = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int failed;

	if (made < 0)
		return -1;
	if (!copy(fd, made) && (target < 0 || !adopt(made, target))) {
		if (!close(made))
			return 0;
		made = -1;
	}
	failed = errno;
	unlink(name);
	if (made >= 0)
		close(made);
	errno = failed;
	return -1;
}

/* Makes @name another name of @fd. If that fails, makes a copy of it. */
static int make_name(int fd, const char *name, int target)
{
	char link[40];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (target < 0 || !adopt(fd, target)) {
		if (!linkat(AT_FDCWD, link, AT_FDCWD, name, AT_SYMLINK_FOLLOW))
			return 0;
		if (errno == EEXIST)
			return -1;
	}
	return make_copy(fd, name, target);
}

static int place(int fd, const char *path, int target)
{
	char name[40], temporary[PATH_MAX];
	int i, failed;

	for (i = 0; i < NAMES_MAX; i++) {
		snprintf(name, sizeof(name), ".systally-%d-%d", getpid(), i);
		if (beside(path, name, temporary))
			return -1;
		if (!make_name(fd, temporary, target))
			break;
		if (errno != EEXIST || i == NAMES_MAX - 1)
			return -1;
	}
	if (!rename(temporary, path))
		return 0;
	failed = errno;
	unlink(temporary);
	errno = failed;
	return -1;
}

int systally_spool_place(FILE *spool, const char *path, int target)
{
	sigset_t all, former;
	int result;

	if (fflush(spool))
		return -1;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &former);
	result = place(fileno(spool), path, target);
	sigprocmask(SIG_SETMASK, &former, NULL);
	return result;
}

int systally_spool_copy(FILE *spool, int target)
{
	sigset_t all, former;
	int result = -1;

	if (fflush(spool))
		return -1;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &former);
	if (!ftruncate(target, 0) && lseek(target, 0, SEEK_SET) == 0)
		result = copy(fileno(spool), target);
	sigprocmask(SIG_SETMASK, &former, NULL);
	return result;
}
