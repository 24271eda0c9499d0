/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel log says about one action of ours.
 */
#ifndef SYSTALLY_KMSG_H
#define SYSTALLY_KMSG_H

#include <stddef.h>

/* What the kernel log says at most in one record */
#define SYSTALLY_KMSG_TEXT 256

struct systally_kmsg {
	int fd; /* /dev/kmsg, at the first record after the start; -1: none */
};

/*
 * Remembers the end of the kernel log. It need not be readable: then nothing
 * is found later.
 */
void systally_kmsg_begin(struct systally_kmsg *kmsg);

/*
 * Reads all records since then, and calls @line with the text of each one that
 * begins with @prefix, without the prefix and the line's end.
 */
void systally_kmsg_read(struct systally_kmsg *kmsg, const char *prefix,
			void (*line)(void *context, const char *text),
			void *context);

void systally_kmsg_end(struct systally_kmsg *kmsg);

#endif /* SYSTALLY_KMSG_H */
