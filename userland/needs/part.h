/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls that are many in one: which argument tells what they do, and
 * how its values are called.
 */
#ifndef SYSTALLY_NEEDS_PART_H
#define SYSTALLY_NEEDS_PART_H

#include <stddef.h>
#include <stdint.h>

struct systally_part_name {
	uint32_t value;
	const char *name;
};

struct systally_part {
	const char *call;
	unsigned int argument;	/* from 0 */
	uint32_t mask;		/* bits of it that tell the command */
	const struct systally_part_name *names;	/* ends with NULL */
};

/* Returns how call @name is divided, or NULL if it is not. */
const struct systally_part *systally_part_find(const char *name);

/*
 * Writes `fcntl(F_SETFL)` to @label, or `ioctl(0x5401)` for a value without a
 * name; cut short if it is longer than @size allows.
 */
void systally_part_label(const struct systally_part *part, const char *call,
			 uint32_t value, char *label, size_t size);

#endif /* SYSTALLY_NEEDS_PART_H */
