// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that move between control groups, and between users, and make known
 * numbers of calls in each:
 *	mover [-t] [-s] PROCESSES ROUNDS SEED FOLDER...
 * FOLDER is that of a group, or `uid:N`: then the process takes that effective user
 * instead. Each process begins in the first one, and goes ROUNDS times to one that is
 * chosen at random. In each round it makes 1 to 97 getppid(), half of which fail as
 * close(). Prints for each FOLDER
 *	group FOLDER ABI getppid N
 * and the totals.
 */
#include "workload.h"

#define FOLDERS 32

struct sums {
	long calls[FOLDERS];
	long failed;
};

static int open_procs(const char *folder)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		die("open %s", path);
	return fd;
}

/* Goes to a group, or becomes a user. */
static void go(const char *folder, int fd)
{
	if (fd >= 0) {
		if (write(fd, "0", 1) != 1)
			die("move to %s", folder);
		return;
	}
	/* By the call: libc asks all threads, and there is one. */
	if (syscall(SYS_setresuid, -1, 0, -1) ||
	    syscall(SYS_setresuid, -1, atoi(folder + 4), -1))
		die("become %s", folder);
}

static void move(char **folders, int count, long rounds, unsigned int seed,
		 struct sums *sums)
{
	int fds[FOLDERS], at = 0, calls, i;
	long round;

	for (i = 0; i < count; i++)
		fds[i] = strncmp(folders[i], "uid:", 4) ?
				 open_procs(folders[i]) :
				 -1;
	for (round = 0; round < rounds; round++) {
		go(folders[at], fds[at]);
		calls = 1 + rand_r(&seed) % 97;
		for (i = 0; i < calls; i++)
			kind_call(GETPPID);
		for (i = 0; i < calls / 2; i++)
			kind_call(CLOSE);
		__atomic_add_fetch(&sums->calls[at], calls, __ATOMIC_RELAXED);
		__atomic_add_fetch(&sums->failed, calls / 2, __ATOMIC_RELAXED);
		at = rand_r(&seed) % count;
	}
	_exit(0);
}

int main(int argc unused, char **argv)
{
	long processes, rounds, seed, i, total = 0;
	struct sums *sums;
	char **folders;
	int count = 0;

	argv = start(argv);
	if (!argv[0] || !argv[1] || !argv[2] || !argv[3])
		die("mover PROCESSES ROUNDS SEED FOLDER...");
	processes = atol(argv[0]);
	rounds = atol(argv[1]);
	seed = atol(argv[2]);
	folders = argv + 3;
	while (folders[count])
		count++;
	if (count > FOLDERS)
		die("%d folders", count);
	sums = mmap(NULL, sizeof(*sums), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sums == MAP_FAILED)
		die("mmap");
	for (i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			move(folders, count, rounds, seed * 65537 + i, sums);
	}
	for (i = 0; i < processes; i++) {
		int status;

		if (wait(&status) < 0 || status)
			die("a process failed with status %d", status);
	}
	for (i = 0; i < count; i++) {
		printf("group %s %s getppid %ld\n", folders[i], ABI,
		       sums->calls[i]);
		total += sums->calls[i];
	}
	expect(ABI, "getppid", total);
	expect(ABI, "close", sums->failed);
	expect_error(ABI, "close", EBADF, sums->failed);
	return 0;
}
