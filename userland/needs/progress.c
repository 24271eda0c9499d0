// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the bar to standard error.
 */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "needs/progress.h"

#define BAR 24 /* characters */

void systally_progress_init(struct systally_progress *progress, size_t total)
{
	memset(progress, 0, sizeof(*progress));
	progress->terminal = isatty(STDERR_FILENO) == 1;
	progress->total = total;
}

void systally_progress_left(const struct systally_progress *progress,
			    char text[32])
{
	size_t runs = progress->total > progress->done ?
			      progress->total - progress->done :
			      0;
	uint64_t seconds;

	text[0] = '\0';
	if (!progress->timed)
		return;
	seconds = progress->spent_ns / progress->timed * runs / 1000000000;
	if (seconds >= 3600)
		snprintf(text, 32, "%lluh%02llum left",
			 (unsigned long long)(seconds / 3600),
			 (unsigned long long)(seconds / 60 % 60));
	else if (seconds >= 60)
		snprintf(text, 32, "%llum%02llus left",
			 (unsigned long long)(seconds / 60),
			 (unsigned long long)(seconds % 60));
	else
		snprintf(text, 32, "%llus left", (unsigned long long)seconds);
}

void systally_progress_begin(struct systally_progress *progress,
			     const char *label)
{
	size_t total = progress->total > progress->done ? progress->total :
							  progress->done + 1;
	size_t full = BAR * progress->done / total;
	char bar[BAR + 1], left[32], line[160];
	unsigned int width = 80;
	struct winsize size;

	if (!progress->terminal)
		return;
	memset(bar, '-', BAR);
	memset(bar, '#', full);
	bar[BAR] = '\0';
	systally_progress_left(progress, left);
	if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	snprintf(line, sizeof(line), "[%s] %zu/%zu %s%s%s", bar, progress->done,
		 total, left, left[0] ? ", " : "", label);
	/* a full line would make the terminal begin a new one */
	fprintf(stderr, "\r%.*s\033[K", (int)width - 1, line);
	fflush(stderr);
	progress->shown = true;
}

void systally_progress_end(struct systally_progress *progress, uint64_t ns)
{
	progress->done++;
	if (progress->done > progress->total)
		progress->total = progress->done;
	if (!ns)
		return;
	progress->timed++;
	progress->spent_ns += ns;
}

void systally_progress_clear(struct systally_progress *progress)
{
	if (!progress->shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->shown = false;
}
