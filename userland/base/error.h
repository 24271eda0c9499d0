/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One sentence that says what failed, on what, why, and what to do about it.
 * Filled in where something fails, printed once, by main.c.
 */
#ifndef SYSTALLY_ERROR_H
#define SYSTALLY_ERROR_H

struct systally_error {
	char text[640];
};

/*
 * Writes the sentence; the first one written stays, since what fails in the
 * clean-up after a failure is not what the user has to know first.
 * Always returns -1, so that a caller can return the call itself.
 */
int systally_error_set(struct systally_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Forgets the sentence: the failure was expected and is dealt with. */
void systally_error_clear(struct systally_error *error);

#endif /* SYSTALLY_ERROR_H */
