// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads a module and prints `ok` or the errno's name, which insmod does not
 * print:
 *	insert FILE [PARAMETERS]
 */
#define _GNU_SOURCE
#include "workload.h"

int main(int argc, char **argv)
{
	int fd;

	if (argc < 2)
		return 2;
	fd = open(argv[1], O_RDONLY);
	if (fd < 0)
		die("%s", argv[1]);
	if (syscall(SYS_finit_module, fd, argc > 2 ? argv[2] : "", 0)) {
		puts(strerrorname_np(errno));
		return 1;
	}
	puts("ok");
	return 0;
}
