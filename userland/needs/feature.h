/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Features of the kernel: a system call, or one command of such a call
 * (`fcntl(F_SETFL)`); and which of them a command has used.
 */
#ifndef SYSTALLY_NEEDS_FEATURE_H
#define SYSTALLY_NEEDS_FEATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calls/names.h"
#include "calls/set.h"

#define SYSTALLY_FEATURE_LEN	96

/* One feature, on all ABIs that have it. */
struct systally_feature {
	char label[SYSTALLY_FEATURE_LEN];	/* for people, and unique */
	char call[SYSTALLY_NAME_LEN];
	int nr;			/* the number if the call has no name, or -1 */
	bool part;		/* only where the argument is @value */
	unsigned int argument;	/* which one, from 0 */
	uint32_t mask, value;
	uint64_t count;		/* calls seen; 0 if they were not counted */
};

/* A call's commands: which argument has them. */
struct systally_part;

/* What was used: calls by ABI and number, and commands of them. */
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
	bool lost;	/* there was no memory for all of it */
};

/* Returns an empty one, or NULL when there is no memory. */
struct systally_used *systally_used_new(const struct systally_names *names);
void systally_used_free(struct systally_used *used);

/* Counts one call; @arguments may be NULL if they are not known. */
void systally_used_add(struct systally_used *used, unsigned int abi, int nr,
		       const uint64_t *arguments, uint64_t count);

/* The same for a command whose value is known: when it is read back. */
void systally_used_add_part(struct systally_used *used, unsigned int abi,
			    int nr, uint32_t value, uint64_t count);

/*
 * Makes the list of all features used that are in @set, by name, and with
 * @parts each call's commands after it. Returns 0 and the list, which the
 * caller frees, or -1 when there is no memory.
 */
int systally_used_features(const struct systally_used *used,
			   const struct systally_names *names,
			   const struct systally_set *set, bool parts,
			   struct systally_feature **features, size_t *count);

#endif /* SYSTALLY_NEEDS_FEATURE_H */
