/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the file of --state. state_line.h makes its lines.
 */
#ifndef SYSTALLY_NEEDS_STATE_READ_H
#define SYSTALLY_NEEDS_STATE_READ_H

#include <sys/types.h>

#include "base/error.h"
#include "needs/discover.h"
#include "needs/finished.h"

/* What the file has told. All bytes zero: nothing yet. */
struct systally_state_content {
	struct systally_finished runs;
	size_t resumed; /* how many lines the file had after the first */
	enum systally_needs_discover how; /* AUTO: calls are not known */
};

/*
 * Reads the file @path into @content, and adds the calls that the command makes
 * to @used. @wanted is the first line that this command line makes; the file's
 * first line must say the same. Returns 0 and where the last whole line ends, in
 * bytes; 0 bytes if the file has no whole line. Returns -1 with @error: it is not
 * such a file, it is damaged, or it belongs to another command line, folder or
 * kernel. In both cases the caller frees content->runs.
 */
int systally_state_read(const char *path, const char *wanted,
			struct systally_state_content *content,
			struct systally_used *used, off_t *whole_bytes,
			struct systally_error *error);

#endif /* SYSTALLY_NEEDS_STATE_READ_H */
