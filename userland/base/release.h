/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The version of this command. The module has the same, see MODULE_VERSION.
 */
#ifndef SYSTALLY_RELEASE_H
#define SYSTALLY_RELEASE_H

#ifndef SYSTALLY_RELEASE
#define SYSTALLY_RELEASE	"0.1"
#endif

#endif /* SYSTALLY_RELEASE_H */
