/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A feature is a system call, or one operation of a system call such as
 * `fcntl(F_SETFL)`. This file lists the features that a command has used.
 */
#ifndef SYSTALLY_NEEDS_FEATURE_H
#define SYSTALLY_NEEDS_FEATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calls/names.h"
#include "calls/set.h"

#define SYSTALLY_FEATURE_LEN 96

/* One feature, in all ABIs that have it. */
struct systally_feature {
	char label[SYSTALLY_FEATURE_LEN]; /* what people read; unique */
	char call[SYSTALLY_NAME_LEN];
	int nr;		       /* the number if the call has no name, or -1 */
	bool part;	       /* one operation of the call: */
	unsigned int argument; /* this argument, counted from 0, */
	uint32_t mask, value;  /* has this value in these bits */
	uint64_t count;	       /* how often it was called */
};

/* How a call is divided into operations; see part.h. */
struct systally_part;

/* What was used: calls by ABI and number, and operations of them. */
struct systally_used {
	uint64_t count[SYSTALLY_ABIS][SYSTALLY_NR_MAX + 1];
	const struct systally_part *part_of[SYSTALLY_ABIS][SYSTALLY_NR_MAX];
	struct systally_used_part {
		unsigned int abi;
		int nr;
		uint32_t value;
		uint64_t count;
	} *parts;
	size_t part_count;
	bool lost; /* there was no memory for all of them */
};

/* Returns an empty record, or NULL if there is no memory. */
struct systally_used *systally_used_new(const struct systally_names *names);
void systally_used_free(struct systally_used *used);

/*
 * Counts @count calls, and their operation if it has any. @arguments are six, or
 * NULL if they are not known. If there is no memory, it sets used->lost.
 */
void systally_used_add(struct systally_used *used, unsigned int abi, int nr,
		       const uint64_t *arguments, uint64_t count);

/* Counts only an operation, whose value is known. */
void systally_used_add_part(struct systally_used *used, unsigned int abi,
			    int nr, uint32_t value, uint64_t count);

/*
 * Lists all used features of @set, sorted by name. With @parts, the operations
 * of each call follow it. Returns 0 and the list, which the caller frees; or -1
 * if there is no memory.
 */
int systally_used_features(const struct systally_used *used,
			   const struct systally_names *names,
			   const struct systally_set *set, bool parts,
			   struct systally_feature **features, size_t *count);

#endif /* SYSTALLY_NEEDS_FEATURE_H */
