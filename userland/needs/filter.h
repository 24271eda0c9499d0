/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seccomp filters that stub and fake features, or have all calls notified.
 */
#ifndef SYSTALLY_NEEDS_FILTER_H
#define SYSTALLY_NEEDS_FILTER_H

#include <linux/filter.h>

#include "base/error.h"
#include "needs/feature.h"

/* What is done instead of a call. */
enum systally_way {
	SYSTALLY_STUB,	/* it fails with ENOSYS */
	SYSTALLY_FAKE,	/* it returns 0, and nothing is done */
	SYSTALLY_WAYS,
};

/* Returns `stub` or `fake`. */
const char *systally_way_name(enum systally_way way);

struct systally_change_of {
	const struct systally_feature *feature;
	enum systally_way way;
};

/* A program for the kernel, ready to be loaded after a fork. */
struct systally_filter {
	struct sock_fprog program;	/* .filter is NULL: no filter */
};

/*
 * Makes a filter for all ABIs that stubs and fakes @changes and allows the rest, and the one execve whose arguments are at @arguments. With
 * no changes it allows all: untouched runs have one as well, since any filter
 * makes every call dearer. Returns 0, or -1 with @error.
 */
int systally_filter_deny(struct systally_filter *filter,
			 const struct systally_change_of *changes,
			 size_t count, const void *arguments,
			 struct systally_error *error);

/*
 * Makes a filter that has each call notified, but for the sendmsg of the
 * message at @message, which hands over the listener. Returns 0, or -1 with
 * @error.
 */
int systally_filter_notify(struct systally_filter *filter,
			   const void *message, struct systally_error *error);

void systally_filter_free(struct systally_filter *filter);

/*
 * Loads the filter into the calling process, which must have no_new_privs, for
 * good. Makes no other call but seccomp, so that it may be used after a fork.
 * Returns -1 if that failed, else 0, or a descriptor for @listener.
 */
int systally_filter_load(const struct systally_filter *filter, bool listener);

/* Is @name a call that libseccomp knows? */
bool systally_filter_knows(const char *name);

/* Can systally_filter_deny() make a rule for it, on all ABIs? */
bool systally_filter_can(const struct systally_feature *feature);

#endif /* SYSTALLY_NEEDS_FILTER_H */
