// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads /dev/kmsg, as the kernel's Documentation/ABI/testing/dev-kmsg describes
 * it: each read returns one record, `PRIORITY,SEQUENCE,TIME,FLAGS;TEXT`, with
 * lines of its own after the first.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "device/kmsg.h"

/* CONSOLE_EXT_LOG_MAX of the kernel: a shorter buffer makes the read fail. */
#define RECORD_BYTES_MAX 8192

void systally_kmsg_begin(struct systally_kmsg *kmsg)
{
	kmsg->fd = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (kmsg->fd >= 0 && lseek(kmsg->fd, 0, SEEK_END) < 0)
		systally_kmsg_end(kmsg);
}

void systally_kmsg_read(struct systally_kmsg *kmsg, const char *prefix,
			void (*line)(void *context, const char *text),
			void *context)
{
	char record[RECORD_BYTES_MAX + 1];

	while (kmsg->fd >= 0) {
		ssize_t got = read(kmsg->fd, record, sizeof(record) - 1);
		char *text;

		/* EPIPE: records were overwritten; the next read goes on */
		if (got < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (got <= 0)
			return;
		record[got] = '\0';
		text = strchr(record, ';');
		if (!text)
			continue;
		text++;
		text[strcspn(text, "\n")] = '\0';
		if (!strncmp(text, prefix, strlen(prefix)))
			line(context, text + strlen(prefix));
	}
}

void systally_kmsg_end(struct systally_kmsg *kmsg)
{
	if (kmsg->fd >= 0)
		close(kmsg->fd);
	kmsg->fd = -1;
}
