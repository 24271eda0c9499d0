/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Durations and other decimal numbers that a user gives, read exactly.
 */
#ifndef SYSTALLY_DURATION_H
#define SYSTALLY_DURATION_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads the first @length bytes of @text, which are digits and at most one
 * point (`12`, `1.5`, `.5`, `1.`), and stores that number times @scale in
 * @value, rounded to the nearest integer, half up. No floating point is used,
 * so 0.57 with a scale of 100 is 57. @scale is at most 10^17.
 * Returns 0, or -1 if the text is anything else or the result does not fit.
 */
int systally_decimal_parse(const char *text, size_t length, uint64_t scale,
			   uint64_t *value);

/*
 * Reads a number as above and a unit: ns, us, ms, s, m, h or d, without a
 * space between them. A number without a unit is in seconds. A part of a
 * nanosecond is rounded, so the result may be 0.
 * Returns 0, or -1 if @text is anything else, or more than UINT64_MAX ns
 * (584 years). @ns is then unchanged.
 */
int systally_duration_parse(const char *text, uint64_t *ns);

#endif /* SYSTALLY_DURATION_H */
