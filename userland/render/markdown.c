// SPDX-License-Identifier: GPL-2.0-only
/*
 * The format for documents and issue trackers.
 */
#include "needs/render.h"
#include "render/formats.h"

const struct systally_format systally_format_markdown = {
	.word = "markdown", .needs = systally_needs_markdown,
};
