// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes the module's files in debugfs, and puts what the kernel
 * answers into words. Called by the subcommands and session.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "device/control.h"

/* What the module means by an error. NULL: any control. */
static const struct {
	const char *file;
	int error;
	const char *meaning;
} meanings[] = {
	{ "targets", ESRCH, "there is no such process, perhaps it has ended; check the number" },
	{ "targets", EINVAL, "not `all`, `none` or process numbers; and none can be taken out of `all`" },
	{ "collect", EOPNOTSUPP, "this module does not do that yet; use count or time" },
	{ "hook", EOPNOTSUPP, "not with this kernel or these settings (dmesg says why); use auto" },
	{ NULL, EBUSY, "another tracer has the functions that hook=direct needs, or kernel.ftrace_enabled is 0; use hook auto" },
	{ "syscalls", ENOENT, "the running kernel has no such system call; see the names in `counters` and `man 2 syscalls`" },
	{ NULL, EINVAL, "the module did not understand it; the file README beside it says what it takes" },
	{ NULL, E2BIG, "it is longer than 4096 bytes; give less at a time" },
	{ NULL, EPERM, "not permitted: it needs CAP_SYS_ADMIN, and a kernel that is not locked down (`systally doctor` tells); under lockdown give it to `systally load` as name=value" },
	{ NULL, EACCES, "not permitted: run it as root" },
	{ NULL, ENOMEM, "the kernel has no memory for it" },
	{ NULL, ENOENT, "the file is gone; has the module been unloaded? `systally load` loads it" },
	{ NULL, ENODEV, "the module is being unloaded; `systally load` loads it again" },
	{ NULL, EIO, "the module is being unloaded; `systally load` loads it again" },
};

static const char *meaning_of(const char *file, int error)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].error == error &&
		    (!meanings[i].file || !strcmp(meanings[i].file, file)))
			return meanings[i].meaning;
	}
	return strerror(error);
}

int systally_control_find_debugfs(const char *mounts, char path[PATH_MAX],
				  struct systally_error *error)
{
	FILE *file = setmntent(mounts, "re");
	struct mntent entry;
	char line[2 * PATH_MAX];
	bool found = false;

	if (!file)
		return systally_error_set(error,
			"cannot read %s: %s; is /proc mounted?", mounts,
			strerror(errno));
	while (!found && getmntent_r(file, &entry, line, sizeof(line))) {
		if (strcmp(entry.mnt_type, "debugfs"))
			continue;
		found = snprintf(path, PATH_MAX, "%s", entry.mnt_dir) <
			PATH_MAX;
	}
	endmntent(file);
	if (!found)
		return systally_error_set(error,
			"debugfs is not mounted; mount it with `mount -t debugfs debugfs /sys/kernel/debug`");
	return 0;
}

int systally_control_open(struct systally_control *control,
			  struct systally_error *error)
{
	const char *override = secure_getenv("SYSTALLY_DEBUGFS");
	char root[PATH_MAX];
	struct stat status;

	if (override && *override) {
		snprintf(control->directory, sizeof(control->directory), "%s",
			 override);
	} else {
		if (geteuid() != 0)
			return systally_error_set(error,
				"must be root to read the counters and set the controls; run it with sudo");
		if (systally_control_find_debugfs("/proc/self/mounts", root,
						  error))
			return -1;
		if (snprintf(control->directory, sizeof(control->directory),
			     "%s/systally", root) >=
		    (int)sizeof(control->directory))
			return systally_error_set(error,
				"debugfs is mounted on too long a path");
	}
	if (!stat(control->directory, &status))
		return 0;
	if (errno == ENOENT)
		return systally_error_set(error,
			"the module is not loaded, there is no %s; load it with `systally load`",
			control->directory);
	return systally_error_set(error, "cannot enter %s: %s",
				  control->directory,
				  meaning_of("", errno));
}

static int open_file(const struct systally_control *control, const char *file,
		     int flags)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", control->directory, file);
	return open(path, flags | O_CLOEXEC);
}

static char *read_raw(const struct systally_control *control, const char *file,
		      size_t *size, struct systally_error *error)
{
	int fd = open_file(control, file, O_RDONLY);
	char *data = NULL;

	if (fd >= 0)
		data = systally_file_read_fd(fd, size);
	if (!data)
		systally_error_set(error, "cannot read %s/%s: %s",
				   control->directory, file,
				   meaning_of("", errno));
	if (fd >= 0)
		close(fd);
	return data;
}

char *systally_control_read(const struct systally_control *control,
			    const char *file, size_t *size,
			    struct systally_error *error)
{
	size_t length;
	char *text = read_raw(control, file, &length, error);

	if (!text)
		return NULL;
	while (length && strchr(" \t\n", text[length - 1]))
		text[--length] = '\0';
	if (size)
		*size = length;
	return text;
}

int systally_control_write(const struct systally_control *control,
			   const char *file, const char *text,
			   struct systally_error *error)
{
	size_t length = strlen(text);
	ssize_t written = -1;
	int result = 0;
	int fd;

	fd = open_file(control, file, O_WRONLY | O_TRUNC);
	/* one write is one command; never in two parts */
	while (fd >= 0) {
		written = write(fd, text, length);
		if (written >= 0 || errno != EINTR)
			break;
	}
	if (written < 0)
		result = -errno;
	else if ((size_t)written != length)
		result = -EIO;
	if (fd >= 0)
		close(fd);
	if (result)
		systally_error_set(error, "cannot write '%.60s%s' to %s/%s: %s",
				   text, length > 60 ? "..." : "",
				   control->directory, file,
				   meaning_of(file, -result));
	return result;
}

int systally_control_snapshot(const struct systally_control *control,
			      struct systally_snapshot *snapshot,
			      struct systally_error *error)
{
	size_t size;
	char *data = read_raw(control, "snapshot", &size, error);
	int result;

	if (!data)
		return -1;
	result = systally_snapshot_parse(snapshot, data, size, error);
	free(data);
	return result;
}

bool systally_control_status_number(const char *status, const char *key,
				    uint64_t *number)
{
	size_t length = strlen(key);
	const char *line;
	char *end;

	for (line = status; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) || line[length] != ':')
			continue;
		line += length + 1;
		line += strspn(line, " ");
		if (*line < '0' || *line > '9')
			return false;
		*number = strtoull(line, &end, 10);
		return *end == '\n' || *end == '\0';
	}
	return false;
}

uint64_t systally_control_missed(const struct systally_control *control)
{
	struct systally_error ignored = { "" };
	char *status = systally_control_read(control, "status", NULL,
					     &ignored);
	uint64_t missed = 0;

	if (status)
		systally_control_status_number(status, "kprobe_missed",
					       &missed);
	free(status);
	return missed;
}

bool systally_control_is(const struct systally_control *control,
			 const char *file, const char *value)
{
	struct systally_error ignored = { "" };
	char *text = systally_control_read(control, file, NULL, &ignored);
	bool is = text && !strcmp(text, value);

	free(text);
	return is;
}
