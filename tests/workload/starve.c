// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repeats an operation while another one of the kernel's allocations fails each
 * time: the first, the second and so on, until the operation needs fewer than
 * that. Needs CONFIG_FAULT_INJECTION.
 *	starve load FILE [PARAMETERS [FIRST]]	and unloads it, if it was loaded
 *	starve write FILE TEXT
 *	starve read FILE
 * Prints `N RESULT` for each, beginning with FIRST, RESULT being `ok` or the
 * errno's name, and in the end `done TIMES`.
 */
#define _GNU_SOURCE
#include "workload.h"

static int nth_fd;

static void nth_set(long nth)
{
	char text[24];
	int bytes = sprintf(text, "%ld", nth);

	if (pwrite(nth_fd, text, bytes, 0) != bytes)
		die("fail-nth");
}

/* 0 if the allocation has failed */
static long nth_get(void)
{
	char text[24] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0)
		die("fail-nth");
	return atol(text);
}

static int load(const char *file, const char *parameters)
{
	int fd = open(file, O_RDONLY), error = 0;

	if (fd < 0)
		return errno;
	if (syscall(SYS_finit_module, fd, parameters, 0))
		error = errno;
	close(fd);
	return error;
}

static int put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

static int get(const char *file, const char *text unused)
{
	static char bytes[65536];
	int fd = open(file, O_RDONLY), error = 0;
	ssize_t got;

	if (fd < 0)
		return errno;
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		;
	if (got < 0)
		error = errno;
	close(fd);
	return error;
}

int main(int argc, char **argv)
{
	int (*act)(const char *file, const char *text) = get;
	const char *text = argc > 3 ? argv[3] : "";
	long nth, left, first = argc > 4 ? atol(argv[4]) : 1;
	int error;

	if (argc < 3)
		return 2;
	if (!strcmp(argv[1], "load"))
		act = load;
	if (!strcmp(argv[1], "write"))
		act = put;
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0)
		die("fail-nth");
	for (nth = first;; nth++) {
		nth_set(nth);
		error = act(argv[2], text);
		left = nth_get();
		nth_set(0);
		printf("%ld %s\n", nth, error ? strerrorname_np(error) : "ok");
		fflush(stdout);
		if (act == load && !error &&
		    syscall(SYS_delete_module, "systally", 0))
			die("delete_module");
		if (left)
			break;
	}
	printf("done %ld\n", nth - first + 1);
	return 0;
}
