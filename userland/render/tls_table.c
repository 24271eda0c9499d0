// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of what was read and written through TLS.
 */
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/text.h"
#include "render/view.h"

enum column {
	COLUMN_PID,
	COLUMN_COMMAND,
	COLUMN_DESCRIPTOR,
	COLUMN_DIRECTION,
	COLUMN_CALLS,
	COLUMN_BYTES,
	COLUMN_TIME,
	COLUMN_SYSTEM_CALLS,
	COLUMN_ENCRYPTED,
};

/* A sum without calls was not measured, or nothing happened: `-`. */
static void write_sum(char *cell, const struct systally_tls_sum *sum,
		      uint64_t number, int digits)
{
	if (sum->calls)
		systally_text_number(number, digits, cell);
	else
		snprintf(cell, SYSTALLY_CELL_LEN, "-");
}

static void write_cell(const void *context,
		       const struct systally_column *column, size_t row,
		       int digits, char *cell)
{
	const struct systally_report *report = context;
	const struct systally_tls_stream *stream = &report->tls->list[row];

	switch (column->id) {
	case COLUMN_PID:
		snprintf(cell, SYSTALLY_CELL_LEN, stream->tgid ? "%u" : "-",
			 stream->tgid);
		break;
	case COLUMN_COMMAND:
		systally_escape(stream->comm, SYSTALLY_ESCAPE_ASCII, cell,
				SYSTALLY_CELL_LEN);
		break;
	case COLUMN_DESCRIPTOR:
		snprintf(cell, SYSTALLY_CELL_LEN,
			 stream->descriptor == SYSTALLY_TLS_NO_FD ? "-" : "%u",
			 stream->descriptor);
		break;
	case COLUMN_DIRECTION:
		snprintf(cell, SYSTALLY_CELL_LEN,
			 stream->write ? "write" : "read");
		break;
	case COLUMN_CALLS:
		write_sum(cell, &stream->plain, stream->plain.calls, digits);
		break;
	case COLUMN_BYTES:
		write_sum(cell, &stream->plain, stream->plain.bytes, digits);
		break;
	case COLUMN_TIME:
		if (stream->plain.calls)
			systally_text_ns_short(stream->plain.time_ns, cell);
		else
			snprintf(cell, SYSTALLY_CELL_LEN, "-");
		break;
	case COLUMN_SYSTEM_CALLS:
		write_sum(cell, &stream->encrypted, stream->encrypted.calls,
			  digits);
		break;
	default:
		write_sum(cell, &stream->encrypted, stream->encrypted.bytes,
			  digits);
	}
}

void systally_tls_table(FILE *out, const struct systally_report *report,
			enum systally_grid_style style)
{
	struct systally_grid grid = {
		.rows = report->tls->shown,
		.width = report->width,
		.style = style,
		.cell = write_cell,
		.context = report,
	};

	systally_grid_add(&grid, COLUMN_PID, "pid");
	systally_grid_add(&grid, COLUMN_COMMAND, "command")->left = true;
	systally_grid_add(&grid, COLUMN_DESCRIPTOR, "fd");
	systally_grid_add(&grid, COLUMN_DIRECTION, "tls")->left = true;
	systally_grid_add(&grid, COLUMN_CALLS, "calls");
	systally_grid_add(&grid, COLUMN_BYTES, "bytes");
	systally_grid_add(&grid, COLUMN_TIME, "time")->optional = true;
	systally_grid_add(&grid, COLUMN_SYSTEM_CALLS, "syscalls");
	systally_grid_add(&grid, COLUMN_ENCRYPTED, "encrypted");
	systally_grid_print(out, &grid);
	if (report->tls->shown < report->tls->count)
		fprintf(out, "(%zu more)\n",
			report->tls->count - report->tls->shown);
}
