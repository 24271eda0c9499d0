/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's file, systally.ko: where it is, and what it says about itself.
 */
#ifndef SYSTALLY_KMOD_H
#define SYSTALLY_KMOD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define SYSTALLY_KMOD_NAME "systally"

struct kmod_ctx;
struct kmod_list;
struct kmod_module;

/* A systally.ko */
struct systally_kmod {
	struct kmod_ctx *context;
	struct kmod_module *module;
	struct kmod_list *info; /* what modinfo prints */
	const char *path;
	bool installed; /* found below /lib/modules, by modprobe's index */
};

/*
 * Returns a context of libkmod that prints nothing, for kmod_unref(); or NULL
 * with @error.
 */
struct kmod_ctx *systally_kmod_context(struct systally_error *error);

/*
 * Finds the module: at @path if that is not NULL; else ../module/systally.ko or
 * systally.ko, seen from the folder of this command; else as modprobe does.
 * Returns 0, and the caller closes it; or -1 with @error.
 */
int systally_kmod_open(struct systally_kmod *kmod, const char *path,
		       struct systally_error *error);

/* Frees what systally_kmod_open() has allocated. All zero is fine. */
void systally_kmod_close(struct systally_kmod *kmod);

/*
 * Returns the value of @key (`version`, `vermagic`, `signer`, ...) as modinfo
 * prints it, or NULL if the module has none.
 */
const char *systally_kmod_info(const struct systally_kmod *kmod,
			       const char *key);

/*
 * Stores in @release the release of the kernel that the module was built for,
 * which is the first word of vermagic. It is empty if the module has none.
 */
void systally_kmod_release(const struct systally_kmod *kmod, char release[65]);

/*
 * Returns what the parameter @name takes, in the words of the module, or NULL
 * if the module has no such parameter.
 */
const char *systally_kmod_parameter(const struct systally_kmod *kmod,
				    const char *name);

/*
 * Joins @count parameters, each NAME=VALUE, as the kernel takes them. Returns
 * NULL with @error for one that is malformed or that the module does not have:
 * the kernel would load the module all the same, and only log it. The caller
 * frees the text.
 */
char *systally_kmod_join(const struct systally_kmod *kmod, char **parameters,
			 int count, struct systally_error *error);

#endif /* SYSTALLY_KMOD_H */
