// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of formats.
 */
#include "render/formats.h"

#define ENTRY(name) &systally_format_##name,

const struct systally_format *const systally_formats[] = { SYSTALLY_FORMATS(
	ENTRY) NULL };
