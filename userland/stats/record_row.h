/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads one row of a recording.
 */
#ifndef SYSTALLY_RECORD_ROW_H
#define SYSTALLY_RECORD_ROW_H

#include "base/lines.h"
#include "stats/record_fields.h"

/*
 * Reads the next line of @lines, which is to be a row of @part, into @row; or
 * sets lines->ended if there is none. Returns 0, or -1 with an error.
 */
int systally_record_row_read(struct systally_lines *lines,
			     enum systally_record_part part,
			     struct systally_row *row);

#endif /* SYSTALLY_RECORD_ROW_H */
