// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the descendants of this process in /proc.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "needs/tree.h"

static void add_pid(struct systally_tree *tree, pid_t pid)
{
	pid_t *grown;
	size_t i;

	for (i = 0; i < tree->before_count; i++) {
		if (tree->before[i] == pid)
			return;
	}
	if (tree->count == tree->room) {
		grown = reallocarray(tree->pids, tree->room + 64,
				     sizeof(*grown));
		if (!grown)
			return;
		tree->pids = grown;
		tree->room += 64;
	}
	tree->pids[tree->count++] = pid;
}

static size_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;
	size_t used = 0;

	while (fd >= 0 && used + 1 < size) {
		got = read(fd, text + used, size - 1 - used);
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	if (fd >= 0)
		close(fd);
	text[used] = '\0';
	return used;
}

struct process {
	pid_t pid, parent;
	bool dead;
};

/* Reads all but the pid. Returns false if there is no such process. */
static bool read_stat(const char *pid, struct process *process)
{
	char path[64], text[512], state;
	int parent, threads;
	char *end;

	snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
	if (!read_file(path, text, sizeof(text)))
		return false;
	/* the name stands in parentheses and may contain any character */
	end = strrchr(text, ')');
	if (!end ||
	    sscanf(end,
		   ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %d",
		   &state, &parent, &threads) != 3)
		return false;
	process->parent = parent;
	/* a main thread that ended before the others is a zombie, too */
	process->dead = (state == 'Z' || state == 'X') && threads <= 1;
	return true;
}

static struct process *read_all(size_t *count)
{
	DIR *proc = opendir("/proc");
	struct process *all = NULL, *grown;
	struct dirent *entry;
	size_t room = 0;

	*count = 0;
	while (proc && (entry = readdir(proc))) {
		struct process one;

		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !read_stat(entry->d_name, &one))
			continue;
		one.pid = atoi(entry->d_name);
		if (*count == room) {
			grown = reallocarray(all, room + 256, sizeof(*all));
			if (!grown)
				break;
			all = grown;
			room += 256;
		}
		all[(*count)++] = one;
	}
	if (proc)
		closedir(proc);
	return all;
}

/* Lists all descendants, generation by generation. */
static void list_by_scan(struct systally_tree *tree, pid_t except)
{
	size_t count, done = 0, i;
	struct process *all = read_all(&count);
	pid_t parent = getpid();

	for (;;) {
		for (i = 0; i < count; i++) {
			if (all[i].parent == parent && all[i].pid != except)
				add_pid(tree, all[i].pid);
		}
		if (done == tree->count)
			break;
		parent = tree->pids[done++];
	}
	/* ended processes were only needed to find their children */
	for (done = 0, i = 0; done < tree->count; done++) {
		size_t j;

		for (j = 0; j < count && all[j].pid != tree->pids[done]; j++)
			;
		if (j < count && !all[j].dead)
			tree->pids[i++] = tree->pids[done];
	}
	tree->count = i;
	free(all);
}

/*
 * Adds the pids in one list of children. It may be long, so it is read in
 * pieces, and a piece may end within a number. Returns false if the list cannot
 * be read.
 */
static bool add_listed(struct systally_tree *tree, const char *path,
		       pid_t except)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[4096];
	pid_t child = 0;
	ssize_t got, i;

	if (fd < 0)
		return false;
	while ((got = read(fd, text, sizeof(text))) > 0) {
		for (i = 0; i < got; i++) {
			if (isdigit((unsigned char)text[i])) {
				child = 10 * child + (text[i] - '0');
				continue;
			}
			/* a space ends each number, the last one as well */
			if (child && child != except)
				add_pid(tree, child);
			child = 0;
		}
	}
	close(fd);
	return true;
}

/*
 * Adds the children of one process. Returns false if no list could be read: the
 * process is gone, or the kernel has no CONFIG_PROC_CHILDREN.
 */
static bool add_children(struct systally_tree *tree, pid_t pid, pid_t except)
{
	struct dirent *entry;
	bool found = false;
	char path[320];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/children", pid,
			 entry->d_name);
		if (add_listed(tree, path, except))
			found = true;
	}
	if (tasks)
		closedir(tasks);
	return found;
}

size_t systally_tree_list(struct systally_tree *tree, pid_t except, bool sure)
{
	size_t i;

	tree->count = 0;
	if (!sure && add_children(tree, getpid(), except)) {
		for (i = 0; i < tree->count; i++)
			add_children(tree, tree->pids[i], except);
		return tree->count;
	}
	tree->count = 0;
	list_by_scan(tree, except);
	return tree->count;
}

void systally_tree_signal(const struct systally_tree *tree, int signal)
{
	size_t i;

	for (i = 0; i < tree->count; i++)
		kill(tree->pids[i], signal);
}

static uint64_t count_fds(pid_t pid)
{
	struct dirent *entry;
	uint64_t count = 0;
	char path[64];
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	fds = opendir(path);
	while (fds && (entry = readdir(fds)))
		count += entry->d_name[0] != '.';
	if (fds)
		closedir(fds);
	return count;
}

/* Returns the number in a line such as `VmRSS:    1234 kB`; 0 if none. */
static uint64_t find_kb(const char *text, const char *key)
{
	const char *line = strstr(text, key);

	return line ? strtoull(line + strlen(key), NULL, 10) : 0;
}

/* Returns the resident memory of a process, and its @peak_kb so far. */
static uint64_t read_kb(pid_t pid, uint64_t *peak_kb)
{
	char path[64], text[4096];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	read_file(path, text, sizeof(text));
	*peak_kb = find_kb(text, "\nVmHWM:");
	return find_kb(text, "\nVmRSS:");
}

void systally_tree_sample(struct systally_tree *tree, pid_t except,
			  struct systally_peak *peak)
{
	uint64_t fds = 0, memory_kb = 0, own_kb;
	size_t i;

	systally_tree_list(tree, except, false);
	for (i = 0; i < tree->count; i++) {
		fds += count_fds(tree->pids[i]);
		memory_kb += read_kb(tree->pids[i], &own_kb);
		if (own_kb > peak->memory_kb)
			peak->memory_kb = own_kb;
	}
	/* a process that has ended shows no descriptors */
	peak->samples += fds > 0;
	if (fds > peak->fds)
		peak->fds = fds;
	if (memory_kb > peak->memory_kb)
		peak->memory_kb = memory_kb;
}

void systally_tree_floor(struct systally_tree *tree)
{
	read_kb(getpid(), &tree->floor_kb);
}

int systally_tree_init(struct systally_tree *tree, struct systally_error *error)
{
	memset(tree, 0, sizeof(*tree));
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		return systally_error_set(
			error,
			"cannot become the parent of orphaned processes: %s",
			strerror(errno));
	systally_tree_list(tree, 0, true);
	tree->before = tree->pids;
	tree->before_count = tree->count;
	tree->pids = NULL;
	tree->count = 0;
	tree->room = 0;
	return 0;
}

void systally_tree_free(struct systally_tree *tree)
{
	free(tree->before);
	free(tree->pids);
	memset(tree, 0, sizeof(*tree));
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}
