/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is wrong with the options, in one line.
 */
#ifndef SYSTALLY_USAGE_H
#define SYSTALLY_USAGE_H

#include <argp.h>

/*
 * As argp_error(), but in one line, whatever the user's words have in them:
 * says what is wrong, and where to read how it goes; exits with
 * argp_err_exit_status unless the flags of @state say otherwise.
 */
void systally_usage(const struct argp_state *state, const char *format,
			  ...) __attribute__((format(printf, 2, 3)));

#endif /* SYSTALLY_USAGE_H */
