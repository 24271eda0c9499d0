// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes the module's files in debugfs, and explains the errors that
 * the module returns.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/file.h"
#include "device/control.h"
#include "device/policy.h"

#define MOUNTS	    "/proc/self/mounts"
#define USUAL_PLACE "/sys/kernel/debug"

/*
 * What the module means by an error, and what to do. The first row that fits
 * counts; file NULL fits every control.
 */
static const struct {
	const char *file;
	int error;
	const char *meaning;
} meanings[] = {
	{ "targets", ESRCH,
	  "there is no such process; check the number, or whether it has ended" },
	{ "targets", EINVAL,
	  "it takes `all`, `none` or process numbers; no process can be removed from `all`" },
	{ "collect", EOPNOTSUPP,
	  "hook=direct can only count; use count, or set hook to auto" },
	{ "hook", EOPNOTSUPP,
	  "this kernel or another setting does not allow it; use auto, or see the kernel log (`dmesg | tail`)" },
	{ "syscalls", ENOENT,
	  "the running kernel has no such system call; see the names in `counters` and `man 2 syscalls`" },
	{ "functions", ENOENT, "there is no such file" },
	{ "functions", EEXIST,
	  "this place is counted already by another name or kind, or the name is that of another place; write `none` to it first" },
	{ "functions", EINVAL,
	  "a line is not NAME OFFSET[:KIND] PATH, or the offset is not in a regular file" },
	{ "functions", E2BIG,
	  "more than 1022 functions; write 1 to `reset` to forget those of before" },
	{ "functions", EOPNOTSUPP,
	  "no breakpoint can be placed there; give the offset of a function" },
	{ "functions", ENOSYS, "this kernel has no uprobes (CONFIG_UPROBES)" },
	{ "targets", EUSERS,
	  "eight sessions count already; `systally status` shows whose they are, and each ends with its command" },
	{ "sessions/new", EUSERS,
	  "there are as many sessions as the module allows (sessions_max); `systally status` shows whose they are, and each ends with its command; or load the module with a higher sessions_max" },
	{ "sessions/new", ENOMEM,
	  "there is no memory for one more below memory_max_bytes; end another session, or load the module with a higher one" },
	{ "sessions/new", ENOENT,
	  "the module has been unloaded, or is older than this command; load the one that belongs to it with `systally load`" },
	{ NULL, EBUSY,
	  "another tracer uses the functions that hook=direct needs, or kernel.ftrace_enabled is 0; set hook to auto" },
	{ NULL, EINVAL,
	  "the module does not know this value; the file README in the same folder lists the values" },
	{ NULL, E2BIG,
	  "it is longer than 4096 bytes; write it to the control in parts" },
	{ NULL, EPERM,
	  "not permitted: this needs CAP_SYS_ADMIN and a kernel that is not locked down; see `systally doctor`, and under lockdown set it at load (`systally load NAME=VALUE`)" },
	{ NULL, EACCES, "not permitted; run it as root" },
	{ NULL, ENOMEM, "the kernel has no memory for it" },
	{ NULL, ENOENT,
	  "the file does not exist, so the module may have been unloaded; load it with `systally load`" },
	{ NULL, ENODEV,
	  "the module is being unloaded; load it again with `systally load`" },
	{ NULL, EIO,
	  "the module is being unloaded; load it again with `systally load`" },
};

const char *systally_control_meaning(const char *file, int error)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].error == error &&
		    (!meanings[i].file || !strcmp(meanings[i].file, file)))
			return meanings[i].meaning;
	}
	return systally_error_meaning(error);
}

int systally_control_find_debugfs(const char *mounts, char path[PATH_MAX],
				  struct systally_error *error)
{
	FILE *file = setmntent(mounts, "re");
	struct mntent entry;
	char line[2 * PATH_MAX];
	bool found = false;

	if (!file)
		return systally_error_set(
			error,
			"cannot read %s: %s; mount /proc with `mount -t proc proc /proc`",
			mounts, strerror(errno));
	while (!found && getmntent_r(file, &entry, line, sizeof(line))) {
		if (strcmp(entry.mnt_type, "debugfs"))
			continue;
		found = snprintf(path, PATH_MAX, "%s", entry.mnt_dir) <
			PATH_MAX;
	}
	endmntent(file);
	if (!found)
		return systally_error_set(
			error,
			"debugfs is not mounted; mount it with `mount -t debugfs debugfs /sys/kernel/debug`");
	return 0;
}

int systally_control_debugfs(char path[PATH_MAX], struct systally_error *error)
{
	struct systally_error without_proc = { "" };
	struct statfs status;

	if (!systally_control_find_debugfs(MOUNTS, path, &without_proc))
		return 0;
	if (access(MOUNTS, F_OK) && !statfs(USUAL_PLACE, &status) &&
	    status.f_type == DEBUGFS_MAGIC) {
		strcpy(path, USUAL_PLACE);
		return 0;
	}
	return systally_error_set(error, "%s", without_proc.text);
}

/* Why the folder cannot be entered; also with what root means here. */
static const char *explain_folder(int why)
{
	struct systally_policy policy;

	systally_policy_read(&policy, "");
	if ((why == EACCES || why == EPERM) && policy.root &&
	    policy.user_namespace == SYSTALLY_YES)
		return "root of a user namespace has no rights in debugfs; run it on the machine itself";
	return systally_control_meaning("", why);
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
		snprintf(root, sizeof(root), "%s/README", override);
		if (stat(root, &status))
			return systally_error_set(
				error,
				"SYSTALLY_DEBUGFS is '%.120s', which is not the folder of the module: %s; unset it",
				override, strerror(errno));
	} else {
		if (geteuid() != 0)
			return systally_error_set(
				error,
				"only root can read the counters and set the controls; run it with sudo");
		if (systally_control_debugfs(root, error))
			return -1;
		if (snprintf(control->directory, sizeof(control->directory),
			     "%s/systally",
			     root) >= (int)sizeof(control->directory))
			return systally_error_set(
				error,
				"the path on which debugfs is mounted is too long; mount it on /sys/kernel/debug");
	}
	if (!stat(control->directory, &status))
		return 0;
	if (errno == ENOENT)
		return systally_error_set(
			error,
			"the module is not loaded (there is no %s); load it with `systally load`",
			control->directory);
	return systally_error_set(error, "cannot enter %s: %s",
				  control->directory, explain_folder(errno));
}

/* What an error of a file means. The files of a session go when it ends. */
static const char *explain(const struct systally_control *control,
			   const char *file, int why)
{
	if ((why == ENOENT || why == EIO || why == ENODEV) &&
	    strstr(control->directory, "/sessions/"))
		return "the session has ended; `systally status` lists those that there are";
	return systally_control_meaning(file, why);
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
				   explain(control, "", errno));
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
	/* the module takes each write as a whole command */
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
				   explain(control, file, -result));
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

/* Returns true if the process has a file below @directory open. */
static bool has_open(int pid, const char *directory)
{
	size_t length = strlen(directory);
	char path[32], link[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *folder;
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	folder = opendir(path);
	while (folder && !found && (entry = readdir(folder))) {
		got = readlinkat(dirfd(folder), entry->d_name, link,
				 sizeof(link) - 1);
		if (got <= (ssize_t)length)
			continue;
		link[got] = '\0';
		found = !strncmp(link, directory, length) &&
			link[length] == '/';
	}
	if (folder)
		closedir(folder);
	return found;
}

int systally_control_user(const struct systally_control *control)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	int pid, user = 0;

	while (folder && !user && (entry = readdir(folder))) {
		pid = atoi(entry->d_name);
		if (pid > 0 && pid != getpid() &&
		    has_open(pid, control->directory))
			user = pid;
	}
	if (folder)
		closedir(folder);
	return user;
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
	char *status = systally_control_read(control, "status", NULL, &ignored);
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
