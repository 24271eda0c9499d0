/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls with many operations, such as ioctl and fcntl: which argument
 * tells the operation, and the names of its values.
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
	unsigned int argument; /* from 0 */
	uint32_t mask;	       /* the bits that tell the operation */
	const struct systally_part_name *names; /* ends with NULL */
};

/* Returns how the call @name is divided, or NULL if it is not. */
const struct systally_part *systally_part_find(const char *name);

/*
 * Writes `fcntl(F_SETFL)` to @label, or `ioctl(0x5401)` for a value without a
 * name. It is cut if it does not fit @size.
 */
void systally_part_label(const struct systally_part *part, const char *call,
			 uint32_t value, char *label, size_t size);

#endif /* SYSTALLY_NEEDS_PART_H */
