// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes all that turns a snapshot into a report: userland/device/snapshot.c,
 * stats/ and render/. The first bytes choose the report (fuzz_report.h), the
 * snapshot follows. If it is accepted, the numbers of every report must add up.
 */
#include "fuzz_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct systally_snapshot snapshot, diff;
	struct systally_error error = { "" };
	uint8_t *image;

	if (size < KNOBS)
		return 0;
	set_up();
	/* in memory of just that size: the sanitizer finds reads beyond it */
	image = malloc(size - KNOBS ? size - KNOBS : 1);
	must(!!image);
	memcpy(image, data + KNOBS, size - KNOBS);
	if (systally_snapshot_parse(&snapshot, image, size - KNOBS, &error)) {
		must(error.text[0] && !strchr(error.text, '\n'));
		free(image);
		return 0;
	}
	report(data, &snapshot);
	/* nothing was counted between a snapshot and itself */
	must(!systally_snapshot_diff(&diff, &snapshot, &snapshot, &error));
	must(!diff.header.entered && !systally_snapshot_tallied(&diff));
	report(data, &diff);
	systally_snapshot_free(&diff);
	systally_snapshot_free(&snapshot);
	free(image);
	return 0;
}
