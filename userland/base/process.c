// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks up processes and commands, and starts a child behind a gate.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

/* The inode of the initial pid namespace: PROC_PID_INIT_INO of the kernel */
#define INITIAL_NAMESPACE 0xEFFFFFFCU

bool systally_process_is_inside(void)
{
	struct stat status;

	return !stat("/proc/self/ns/pid", &status) &&
	       status.st_ino != INITIAL_NAMESPACE;
}

/* Does /proc have the numbers of this process's pid namespace? */
static bool proc_is_ours(void)
{
	char self[16], link[16];
	ssize_t length = readlink("/proc/self", link, sizeof(link) - 1);

	snprintf(self, sizeof(self), "%d", getpid());
	return length == (ssize_t)strlen(self) &&
	       !strncmp(link, self, (size_t)length);
}

void systally_process_tgids(uint32_t *pids, size_t count)
{
	unsigned int tgid;
	char line[128];
	FILE *file;
	size_t i;

	if (!proc_is_ours())
		return;
	for (i = 0; i < count; i++) {
		snprintf(line, sizeof(line), "/proc/%u/status", pids[i]);
		file = fopen(line, "re");
		if (!file)
			continue;
		while (fgets(line, sizeof(line), file)) {
			if (sscanf(line, "Tgid: %u", &tgid) == 1) {
				pids[i] = tgid;
				break;
			}
		}
		fclose(file);
	}
}

int systally_process_check(const uint32_t *pids, size_t count,
			   struct systally_error *error)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (kill((pid_t)pids[i], 0) && errno == ESRCH)
			return systally_error_set(
				error,
				"no process %u; check the number, or whether it has ended",
				pids[i]);
	}
	return 0;
}

/* Returns 0 if @path can be executed, else the errno of the reason. */
static int check_executable(const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return errno;
	if (!S_ISREG(status.st_mode))
		return S_ISDIR(status.st_mode) ? EISDIR : EACCES;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) ? errno : 0;
}

int systally_process_explain(const char *path, int why,
			     struct systally_error *error)
{
	const char *meaning = systally_error_meaning(why);

	/* the file itself is there */
	if (why == ENOENT)
		meaning =
			"the interpreter that it names does not exist; correct its first line, or install it";
	else if (why == ENOEXEC)
		meaning =
			"it is neither a program nor a script that begins with #!; give it a first line such as #!/bin/sh, or run it by `sh FILE`";
	else if (why == EACCES)
		meaning =
			"Permission denied; make it executable (chmod +x), or check the rights of its folders";
	else if (why == EISDIR)
		meaning = "Is a directory; give the name of a program";
	return systally_error_set(error, "cannot run '%s': %s", path, meaning);
}

/* Writes the message. Returns the exit status for it. */
static int cannot(const char *command, int why, struct systally_error *error)
{
	if (why == ENOENT || why == ENOTDIR) {
		systally_error_set(
			error,
			"cannot run '%s': there is no such command; check its name and PATH",
			command);
		return SYSTALLY_NOT_FOUND;
	}
	systally_process_explain(command, why, error);
	return SYSTALLY_NOT_EXECUTABLE;
}

int systally_process_find(const char *command, char path[PATH_MAX],
			  struct systally_error *error)
{
	const char *list = getenv("PATH");
	int failed = ENOENT;
	size_t length;
	int why;

	if (strchr(command, '/') || !*command) {
		if (snprintf(path, PATH_MAX, "%s", command) >= PATH_MAX)
			return cannot("(a long path)", ENAMETOOLONG, error);
		why = *command ? check_executable(path) : ENOENT;
		return why ? cannot(command, why, error) : 0;
	}
	if (!list)
		list = "/usr/local/bin:/bin:/usr/bin";
	for (;;) {
		length = strcspn(list, ":");
		/* an empty entry is the current directory */
		if (snprintf(path, PATH_MAX, "%.*s%s%s", (int)length, list,
			     length ? "/" : "./", command) < PATH_MAX) {
			why = check_executable(path);
			if (!why)
				return 0;
			/* a folder of PATH that this user cannot look into */
			if (why == EACCES && access(path, F_OK))
				why = ENOENT;
			if (why != ENOENT && why != ENOTDIR && why != EISDIR)
				failed = why;
		}
		if (!list[length])
			return cannot(command, failed, error);
		list += length + 1;
	}
}

int systally_process_pipes(int gate[2], int failure[2])
{
	if (pipe2(gate, O_CLOEXEC))
		return -1;
	if (!pipe2(failure, O_CLOEXEC))
		return 0;
	close(gate[0]);
	close(gate[1]);
	return -1;
}

void systally_process_wait(int gate)
{
	char byte;
	ssize_t got;

	do {
		got = read(gate, &byte, 1);
	} while (got < 0 && errno == EINTR);
	if (got != 1)
		_exit(SYSTALLY_NOT_EXECUTABLE);
}

void systally_process_fail(int failure, int why)
{
	if (write(failure, &why, sizeof(why)) < 0)
		_exit(SYSTALLY_NOT_FOUND);
	_exit(SYSTALLY_NOT_EXECUTABLE);
}

void systally_process_reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int systally_process_user(struct systally_user *user, const char *name,
			  struct systally_error *error)
{
	const struct passwd *found;

	if (geteuid())
		return systally_error_set(
			error,
			"only root can run a command as another user; run it with sudo, or leave -u out");
	errno = 0;
	found = getpwnam(name);
	if (!found)
		return systally_error_set(
			error, "cannot run the command as '%s': %s", name,
			errno ? strerror(errno) :
				"there is no such user; see `getent passwd`");
	user->name = name;
	user->uid = found->pw_uid;
	user->gid = found->pw_gid;
	return 0;
}

/* Takes the ids as strace -u does. Returns 0, or -1 with errno. */
static int become(const struct systally_user *user)
{
	return initgroups(user->name, user->gid) ||
			       setresgid(user->gid, user->gid, user->gid) ||
			       setresuid(user->uid, user->uid, user->uid) ?
		       -1 :
		       0;
}

int systally_process_start(struct systally_child *child, const char *path,
			   char **argv, const struct systally_user *user,
			   const struct systally_signals *signals,
			   struct systally_error *error)
{
	int gate[2], failure[2];

	if (systally_process_pipes(gate, failure))
		return systally_error_set(error, "cannot make a pipe: %s",
					  systally_error_meaning(errno));
	fflush(NULL);
	child->pid = fork();
	if (child->pid < 0) {
		systally_error_set(error, "cannot start a process: %s",
				   systally_error_meaning(errno));
		goto err_pipes;
	}
	if (child->pid == 0) {
		close(gate[1]);
		close(failure[0]);
		systally_signals_restore(signals);
		if (user && become(user))
			systally_process_fail(failure[1], errno);
		/* no other call between these two: it would be counted */
		systally_process_wait(gate[0]);
		execv(path, argv);
		systally_process_fail(failure[1], errno);
	}
	close(gate[0]);
	close(failure[1]);
	child->gate = gate[1];
	child->failure = failure[0];
	return 0;

err_pipes:
	close(failure[0]);
	close(failure[1]);
	close(gate[0]);
	close(gate[1]);
	return -1;
}

int systally_process_release(struct systally_child *child)
{
	int why = 0;
	ssize_t got;

	if (write(child->gate, "", 1) != 1)
		why = errno;
	close(child->gate);
	do {
		/* reads nothing if the exec has closed the other end */
		got = read(child->failure, &why, sizeof(why));
	} while (got < 0 && errno == EINTR);
	close(child->failure);
	return why;
}

void systally_process_cancel(struct systally_child *child)
{
	close(child->gate);
	close(child->failure);
	systally_process_reap(child->pid);
}

/* Did the process start at this time, as far as /proc tells it, in clock ticks? */
static bool started_at(uint32_t pid, uint64_t start_ns)
{
	const uint64_t tick_ns = 1000000000ull / (uint64_t)sysconf(_SC_CLK_TCK);
	unsigned long long ticks = 0;
	char path[32], text[1024];
	const char *end;
	ssize_t length;
	int file;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	length = read(file, text, sizeof(text) - 1);
	close(file);
	text[length < 0 ? 0 : length] = '\0';
	/* the 22nd field; the second, in parentheses, may have any bytes */
	end = strrchr(text, ')');
	return end &&
	       sscanf(end,
		      ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		      &ticks) == 1 &&
	       ticks == start_ns / tick_ns;
}

int systally_process_line(uint32_t pid, uint64_t start_ns, char *line,
			  size_t size)
{
	char path[32];
	ssize_t length, i;
	int file;

	if (systally_process_is_inside() || !started_at(pid, start_ns))
		return -1;
	snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -1;
	length = read(file, line, size - 1);
	close(file);
	while (length > 0 && !line[length - 1])
		length--;
	if (length <= 0)
		return -1;
	for (i = 0; i < length; i++) {
		if (!line[i])
			line[i] = ' ';
	}
	line[length] = '\0';
	return 0;
}

int systally_process_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) :
					  WEXITSTATUS(wait_status);
}
