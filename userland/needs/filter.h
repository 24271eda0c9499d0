/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seccomp filters that stub and fake features, or that notify all calls.
 */
#ifndef SYSTALLY_NEEDS_FILTER_H
#define SYSTALLY_NEEDS_FILTER_H

#include <linux/filter.h>

#include "base/error.h"
#include "needs/feature.h"

/* What happens instead of a call. */
enum systally_way {
	SYSTALLY_STUB, /* it fails with ENOSYS */
	SYSTALLY_FAKE, /* it returns 0 and does nothing */
	SYSTALLY_WAYS,
};

/* Returns `stub` or `fake`. */
const char *systally_way_name(enum systally_way way);

/* One feature that a run stubs or fakes. */
struct systally_needs_change {
	const struct systally_feature *feature;
	enum systally_way way;
};

/* A BPF program that the child can load after the fork. */
struct systally_filter {
	struct sock_fprog program; /* .filter is NULL: there is none */
};

/*
 * Makes a filter for all ABIs that stubs and fakes @changes and allows all
 * other calls. It always allows the execve whose argument list is at
 * @arguments. Without changes it allows everything: untouched runs have a
 * filter as well, since any filter makes each call slower. Returns 0, or -1
 * with @error.
 */
int systally_filter_deny(struct systally_filter *filter,
			 const struct systally_needs_change *changes,
			 size_t count, const void *arguments,
			 struct systally_error *error);

/*
 * Makes a filter that notifies each call, except for the sendmsg of the message
 * at @message, which hands over the listener. Returns 0, or -1 with @error.
 */
int systally_filter_notify(struct systally_filter *filter, const void *message,
			   struct systally_error *error);

void systally_filter_free(struct systally_filter *filter);

/*
 * Loads the filter into the calling process, which must have no_new_privs set.
 * Filters cannot be removed. The only call is seccomp(2). Returns -1 with errno;
 * or 0, or with @listener the descriptor of the listener.
 */
int systally_filter_load(const struct systally_filter *filter, bool listener);

/* Returns true if libseccomp knows the call @name. */
bool systally_filter_knows(const char *name);

/*
 * Returns why a filter cannot change @feature in any run of its command, as a
 * static string; or NULL if it can.
 */
const char *systally_filter_cannot(const struct systally_feature *feature);

#endif /* SYSTALLY_NEEDS_FILTER_H */
