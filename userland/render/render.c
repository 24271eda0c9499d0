// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a report in the format that the user chose.
 */
#include "render/render.h"

int systally_render(FILE *out, enum systally_format format,
		    const struct systally_report *report)
{
	switch (format) {
	case SYSTALLY_JSON:
		return systally_render_json(out, report);
	case SYSTALLY_CSV:
		return systally_render_csv(out, report);
	case SYSTALLY_STRACE:
		return systally_render_strace(out, report);
	case SYSTALLY_WORKLOAD:
		return systally_render_workload(out, report);
	case SYSTALLY_TEXT:
		break;
	}
	return systally_render_text(out, report);
}
