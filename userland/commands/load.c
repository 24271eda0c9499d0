// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally load` and `systally unload`: the module into the kernel and out.
 *
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/commands.h"

#define PARAMETERS_MAX	8192

/* What the kernel means when it refuses the module. */
static const struct {
	int error;
	const char *meaning;
} meanings[] = {
	{ EEXIST, "it is loaded already; `systally unload` takes it out first, and `systally status` shows what it does" },
	{ ENOEXEC, "it was built for another kernel, see the kernel log (`dmesg | tail`); build it again with `make` on this one" },
	{ EKEYREJECTED, "the kernel wants modules signed with a key it trusts; sign it, or enrol your key with mokutil (`systally doctor` tells more)" },
	{ ENOKEY, "the kernel wants modules signed with a key it trusts; sign it, or enrol your key with mokutil (`systally doctor` tells more)" },
	{ EBADMSG, "its signature is broken; build or sign it again" },
	{ EINVAL, "a parameter is malformed, or the file is no module; the kernel log says which (`dmesg | tail`)" },
	{ ESRCH, "there is no process that `targets` names; check the numbers" },
	{ ENOENT, "there is no system call that `syscalls` names, or the kernel lacks a function that the module needs; the kernel log says which (`dmesg | tail`)" },
	{ EOPNOTSUPP, "a parameter asks for what this module or kernel cannot do; the kernel log says which (`dmesg | tail`)" },
	{ E2BIG, "a parameter is longer than 4096 bytes; write it to the control after loading" },
	{ ENOMEM, "the kernel has no memory for it" },
	{ EBUSY, "it is being loaded or unloaded by someone else; try again" },
};

static const char *meaning_of(int error)
{
	size_t i;

	if (error == EPERM && geteuid())
		return "must be root; run it with sudo";
	if (error == EPERM)
		return "not permitted: CAP_SYS_MODULE is missing, or the kernel is locked down or takes no more modules (`systally doctor` tells which)";
	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].error == error)
			return meanings[i].meaning;
	}
	return strerror(error);
}

/*
 * Writes `name=value name="a b"`, as the kernel takes parameters. Returns 0,
 * or -1 with @error.
 */
static int write_parameters(char **list, int count, char *text, size_t size,
			    struct systally_error *error)
{
	size_t used = 0;
	int i, length;

	text[0] = '\0';
	for (i = 0; i < count; i++) {
		const char *value = strchr(list[i], '=');
		const char *quote;

		if (!value || value == list[i] || strchr(list[i], '"'))
			return systally_error_set(error,
				"'%s' is not of the form name=value; `modinfo systally.ko` lists the parameters",
				list[i]);
		quote = strpbrk(value, " \t\n") ? "\"" : "";
		length = snprintf(text + used, size - used, "%s%.*s%s%s%s",
				  used ? " " : "", (int)(value - list[i]) + 1,
				  list[i], quote, value + 1, quote);
		if ((size_t)length >= size - used)
			return systally_error_set(error,
				"the parameters are too long; write them to the controls after loading");
		used += (size_t)length;
	}
	return 0;
}

/* Opens the module beside this command. Returns -1 if there is none. */
static int open_beside(char path[PATH_MAX])
{
	static const char *const places[] = { "../module/systally.ko",
					      "systally.ko" };
	char self[PATH_MAX];
	const char *folder;
	ssize_t length;
	size_t i;
	int fd;

	length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length < 0)
		return -1;
	self[length] = '\0';
	folder = dirname(self);
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (snprintf(path, PATH_MAX, "%s/%s", folder, places[i]) >=
		    PATH_MAX)
			continue;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -1;
}

/*
 * The kernel takes parameters that a module does not have, and only logs it.
 * Looks them up in the module's own list, `parmtype=NAME:TYPE` strings in the
 * file. Returns 0, or -1 with @error.
 */
static int check_parameters(int fd, const struct systally_request *request,
			    struct systally_error *error)
{
	static const char mark[] = "parmtype=";
	char known[512] = "";
	size_t used = 0;
	struct stat status;
	const char *file, *at, *end;
	int i, result = 0;

	if (!request->argc || fstat(fd, &status) || !status.st_size)
		return 0;
	file = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd,
		    0);
	if (file == MAP_FAILED)
		return 0;	/* the kernel will say what is wrong with it */
	end = file + status.st_size;
	/* as ` NAME NAME `, to search for whole words */
	for (at = file; at; at++) {
		const char *colon;

		at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1);
		if (!at)
			break;
		at += sizeof(mark) - 1;
		colon = memchr(at, ':', (size_t)(end - at));
		if (!colon || colon - at >= (int)(sizeof(known) - used) - 2)
			break;
		used += (size_t)snprintf(known + used, sizeof(known) - used,
					 " %.*s", (int)(colon - at), at);
	}
	for (i = 0; used && !result && i < request->argc; i++) {
		const char *name = request->argv[i];
		size_t length = strcspn(name, "=");

		for (at = strstr(known, " "); at; at = strstr(at + 1, " ")) {
			if (!strncmp(at + 1, name, length) &&
			    strchr(" ", at[1 + length]))
				break;
		}
		if (!at)
			result = systally_error_set(error,
				"the module has no parameter '%.*s'; there are%s",
				(int)length, name, known);
	}
	munmap((void *)file, (size_t)status.st_size);
	return result;
}

static int load_by_modprobe(const struct systally_request *request,
			    struct systally_error *error)
{
	size_t count = (size_t)request->argc;
	char **argv = calloc(count + 3, sizeof(*argv));
	int status = 0;
	pid_t pid;

	if (!argv)
		return systally_error_set(error, "out of memory");
	argv[0] = (char *)"modprobe";
	argv[1] = (char *)"systally";
	if (count)
		memcpy(argv + 2, request->argv, count * sizeof(*argv));
	pid = fork();
	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	free(argv);
	if (pid > 0 && !status)
		return 0;
	return systally_error_set(error,
		"cannot load the module: there is no systally.ko beside this command, and modprobe systally failed; build it with `make`, or install it with `make install`");
}

int systally_cmd_load(const struct systally_request *request,
		      struct systally_error *error)
{
	char parameters[PARAMETERS_MAX];
	char path[PATH_MAX];
	int failed = 0;
	int fd;

	if (write_parameters(request->argv, request->argc, parameters,
			     sizeof(parameters), error))
		return 1;
	if (!access("/sys/module/systally/initstate", F_OK))
		return systally_error_set(error,
			"cannot load the module: %s", meaning_of(EEXIST)), 1;
	fd = open_beside(path);
	if (fd < 0) {
		if (load_by_modprobe(request, error))
			return 1;
		printf("loaded systally by modprobe\n");
		return 0;
	}
	if (check_parameters(fd, request, error)) {
		close(fd);
		return 1;
	}
	if (syscall(SYS_finit_module, fd, parameters, 0))
		failed = errno;
	close(fd);
	if (failed) {
		systally_error_set(error, "cannot load %s: %s", path,
				   meaning_of(failed));
		return 1;
	}
	printf("loaded %s\n", path);
	return 0;
}

int systally_cmd_unload(const struct systally_request *request,
			struct systally_error *error)
{
	const char *why;

	(void)request;
	if (!syscall(SYS_delete_module, "systally", O_NONBLOCK))
		return 0;
	switch (errno) {
	case ENOENT:
		why = "it is not loaded";
		break;
	case EWOULDBLOCK:
		why = "it is in use: a file of it in debugfs is open, as `systally run` and `systally top` keep one; end these and try again";
		break;
	case EBUSY:
		why = "it is just being loaded, or has failed to; try again, and see the kernel log";
		break;
	default:
		why = meaning_of(errno);
		break;
	}
	systally_error_set(error, "cannot unload the module: %s", why);
	return 1;
}
