/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * strace's classes of system calls (%file, %network, ...), and our %poll.
 */
#ifndef SYSTALLY_CLASSES_H
#define SYSTALLY_CLASSES_H

/*
 * Returns the names in class @name (without its first `%`; `%stat` stands for
 * strace's %%stat), separated by single spaces, or NULL if there is no such
 * class.
 */
const char *systally_classes_find(const char *name);

/* The names of all classes, for messages: `%clock, %creds, ...`. */
const char *systally_classes_list(void);

#endif /* SYSTALLY_CLASSES_H */
