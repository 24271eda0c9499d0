/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Classes of system calls: those of strace (%file, %network, ...) and %poll.
 */
#ifndef SYSTALLY_CLASSES_H
#define SYSTALLY_CLASSES_H

/*
 * Returns the names of the calls in class @name, separated by single spaces, or
 * NULL if there is no such class. @name is without its first `%`: `stat` is
 * %stat, and `%stat` is %%stat.
 */
const char *systally_classes_find(const char *name);

/* Returns the names of all classes for a message: `%file %network ...`. */
const char *systally_classes_list(void);

#endif /* SYSTALLY_CLASSES_H */
