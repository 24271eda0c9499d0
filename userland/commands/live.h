/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text that is redrawn in place on the terminal.
 */
#ifndef SYSTALLY_LIVE_H
#define SYSTALLY_LIVE_H

#include <stdbool.h>

/*
 * Switches the terminal on stdin and stdout to full screen. Returns false if
 * they are not a terminal, or one that ncurses does not know or that cannot move
 * its cursor.
 */
bool systally_live_open(void);

/* Restores the terminal. Does nothing after a systally_live_open() that failed. */
void systally_live_close(void);

/* Shows @title and as many lines of @text as fit. Keeps no pointer to
 * them. Shows nothing while the terminal is stopped: a write would block. */
void systally_live_draw(const char *title, const char *text);

/* Takes over the new size after SIGWINCH. The caller draws again. */
void systally_live_resize(void);

/* Returns how many columns the terminal has. */
unsigned int systally_live_width(void);

/* Reads the keys that were pressed. Returns true if one of them is `q` or Ctrl-D. */
bool systally_live_quit(void);

#endif /* SYSTALLY_LIVE_H */
