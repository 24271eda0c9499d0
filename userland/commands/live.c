// SPDX-License-Identifier: GPL-2.0-only
/*
 * Redraws text in place on a terminal, with ncurses.
 */
#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

#include "commands/live.h"

/* Restores the terminal after a crash, as far as endwin() can in a handler. */
static void crash(int signal_number)
{
	endwin();
	raise(signal_number);
}

static void catch_crashes(void)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL,
				       SIGABRT };
	struct sigaction action = { .sa_handler = crash,
				    .sa_flags = (int)SA_RESETHAND };
	size_t i;

	for (i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		sigaction(crashes[i], &action, NULL);
}

/* Can the terminal move its cursor? `dumb` cannot, so nothing is redrawn there. */
static bool can_move(void)
{
	const char *move;
	int found;

	if (setupterm(NULL, STDOUT_FILENO, &found) == ERR)
		return false;
	move = tigetstr("cup");
	return move && move != (const char *)-1;
}

/* May a write to the terminal block, because somebody has stopped it (Ctrl-S)? */
static bool is_stopped(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return !poll(&output, 1, 0);
}

bool systally_live_open(void)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return false;
	/* not initscr(), which exits for a terminal that ncurses does not know */
	if (!can_move() || !newterm(NULL, stdout, stdin))
		return false;
	catch_crashes();
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	curs_set(0);
	return true;
}

void systally_live_close(void)
{
	if (stdscr && !isendwin())
		endwin();
}

void systally_live_draw(const char *title, const char *text)
{
	int line = 1;
	size_t length;

	erase();
	attron(A_REVERSE);
	mvaddnstr(0, 0, title, COLS);
	attroff(A_REVERSE);
	while (*text && line < LINES) {
		length = strcspn(text, "\n");
		mvaddnstr(line++, 0, text,
			  length > (size_t)COLS ? COLS : (int)length);
		text += length + (text[length] == '\n');
	}
	/* what is drawn next brings this, too */
	if (!is_stopped())
		refresh();
}

void systally_live_resize(void)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row &&
	    size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	clearok(stdscr, TRUE);
}

unsigned int systally_live_width(void)
{
	return COLS > 0 ? (unsigned int)COLS : 80;
}

bool systally_live_quit(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int key;

	while ((key = getch()) != ERR) {
		/* Ctrl-D ends it, as it ends a shell; Ctrl-C and Ctrl-\ are signals */
		if (key == 'q' || key == 'Q' || key == 4)
			return true;
	}
	/* a terminal that has hung up is always readable: stop reading it */
	return poll(&input, 1, 0) > 0 &&
	       (input.revents & (POLLHUP | POLLERR | POLLNVAL));
}
