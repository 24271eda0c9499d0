// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes its stdin, or VALUE, to a control file in a single write(2) and prints
 * `ok` or the errno's name:
 *	ctlwrite [-u | -c] FILE [VALUE]
 * In VALUE, \n is a line feed and \0 a NUL.
 * -u: as user nobody; -c: as root without CAP_SYS_ADMIN. Both reach the file
 * relative to its folder, because only root may use the whole path.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <libgen.h>
#include <linux/capability.h>

#include "workload.h"

static void admin_drop(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		die("capget");
	data[CAP_SYS_ADMIN / 32].effective &= ~(1U << CAP_SYS_ADMIN % 32);
	data[CAP_SYS_ADMIN / 32].permitted &= ~(1U << CAP_SYS_ADMIN % 32);
	data[CAP_SYS_ADMIN / 32].inheritable &= ~(1U << CAP_SYS_ADMIN % 32);
	if (syscall(SYS_capset, &header, data))
		die("capset");
}

static void root_drop(void)
{
	if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
		die("becoming nobody");
}

static char text[1 << 17];

static size_t value_copy(const char *value)
{
	size_t bytes = 0;

	while (*value && bytes < sizeof(text)) {
		if (*value == '\\' && (value[1] == 'n' || value[1] == '0')) {
			text[bytes++] = value[1] == 'n' ? '\n' : '\0';
			value += 2;
		} else {
			text[bytes++] = *value++;
		}
	}
	return bytes;
}

int main(int argc unused, char **argv)
{
	void (*drop)(void) = NULL;
	size_t bytes = 0;
	ssize_t got;
	char *path;
	int fd;

	argv++;
	if (*argv && !strcmp(*argv, "-u"))
		drop = root_drop;
	else if (*argv && !strcmp(*argv, "-c"))
		drop = admin_drop;
	if (drop)
		argv++;
	if (!*argv)
		return 2;
	path = *argv++;
	if (*argv)
		bytes = value_copy(*argv);
	else
		while ((got = read(0, text + bytes, sizeof(text) - bytes)) > 0)
			bytes += got;
	if (chdir(dirname(strdup(path))))
		die("%s", path);
	if (drop)
		drop();
	fd = open(basename(path), O_WRONLY);
	if (fd < 0) {
		puts(strerrorname_np(errno));
		return 1;
	}
	got = write(fd, text, bytes);
	if (got < 0) {
		puts(strerrorname_np(errno));
		return 1;
	}
	if ((size_t)got != bytes) {
		printf("short: %zd of %zu\n", got, bytes);
		return 1;
	}
	puts("ok");
	return 0;
}
