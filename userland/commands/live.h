/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A text that is redrawn in place on the terminal.
 */
#ifndef SYSTALLY_LIVE_H
#define SYSTALLY_LIVE_H

#include <stdbool.h>

/*
 * Takes over the terminal on stdin and stdout. Returns false if they are no
 * terminal, or one that ncurses does not know.
 */
bool systally_live_open(void);

/* Gives the terminal back as it was. Does nothing if it was not taken. */
void systally_live_close(void);

/* Shows @text below @title, as much as fits. Keeps no pointer to them. */
void systally_live_draw(const char *title, const char *text);

/* Adjusts to the terminal's size, after SIGWINCH. Draw again then. */
void systally_live_resize(void);

/* Returns the columns there are. */
unsigned int systally_live_width(void);

/* Reads keys that were pressed. Returns whether one of them means quit. */
bool systally_live_quit(void);

#endif /* SYSTALLY_LIVE_H */
