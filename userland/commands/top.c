// SPDX-License-Identifier: GPL-2.0-only
/*
 * `systally top`: the calls of each interval, until it is interrupted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/live.h"
#include "base/output.h"
#include "base/process.h"
#include "base/writer.h"
#include "render/formats.h"
#include "commands/reporter.h"
#include "base/signals.h"
#include "base/text.h"
#include "commands/watch.h"

struct top {
	const struct systally_request *request;
	struct systally_error *error;
	struct systally_control control;
	struct systally_watch watch;
	struct systally_signals signals;
	struct systally_reporter reporter;
	struct systally_set set;
	struct systally_snapshot last;
	int input;
	bool noted; /* what is to be said once */
	FILE *out;
	struct systally_writer writer; /* in front of @out */
	struct systally_writer notes;  /* in front of stderr */
	bool live;		       /* on a terminal, in place */
	char *screen;		       /* live: the text that it shows */
};

static void draw(struct top *top)
{
	char title[160];

	snprintf(title, sizeof(title), "systally top: %s - q quits%s",
		 top->watch.what,
		 top->screen ? "" : " - waiting for the first interval");
	systally_live_draw(title, top->screen ? top->screen : "");
}

static int show_live(struct top *top, const struct systally_snapshot *diff,
		     struct systally_notes *notes, const char *nothing)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	int result;

	if (!memory)
		return systally_error_set(top->error, "out of memory");
	top->reporter.width = systally_live_width();
	result = systally_report_write(&top->reporter, diff, notes, nothing,
				       memory, top->error);
	if (fclose(memory) && !result)
		result = systally_error_set(top->error, "out of memory");
	if (result) {
		free(text);
		return result;
	}
	free(top->screen);
	top->screen = text;
	draw(top);
	return 0;
}

/*
 * Writes one interval. Returns 0, -1 with an error, or as
 * systally_writer_flush().
 */
static int write_block(struct top *top, const struct systally_snapshot *diff,
		       struct systally_notes *notes, const char *nothing)
{
	struct systally_error ignored = { "" };

	if (systally_report_write(&top->reporter, diff, notes, nothing,
				  top->writer.stream, top->error))
		return -1;
	/* stderr may be closed, but if its reader stalls, a signal must end it */
	if (systally_writer_flush(&top->notes, NULL, &ignored) == -EINTR)
		return -EINTR;
	return systally_writer_flush(&top->writer, top->request->output,
				     top->error);
}

/*
 * Shows what was counted since the last time. @over: the last time, because what
 * it watches has ended. Returns as write_block(), or -ESRCH if the session that
 * it watches has ended.
 */
static int show(struct top *top, bool over)
{
	struct systally_snapshot now, diff;
	struct systally_notes notes = { 0 };
	const char *nothing = "nothing was counted in this interval";
	int result;

	if (systally_watch_gone(&top->watch))
		return -ESRCH;
	if (systally_control_snapshot(&top->watch.control, &now, top->error))
		return -1;
	result = systally_snapshot_diff(&diff, &now, &top->last, top->error);
	if (result) {
		systally_snapshot_free(&now);
		return result;
	}
	if (!(now.header.flags & SYSTALLY_ENABLED))
		nothing = "nothing was counted: the control `enabled` is 0";
	else if (!diff.header.entered &&
		 systally_control_is(&top->watch.control, "targets", "none"))
		nothing = "nothing was counted: the session has no targets now";
	systally_report_note_missed(&notes, diff.header.kprobe_missed);
	if (!top->noted || top->live)
		systally_watch_note(&top->watch, &notes);
	top->noted = true;
	if (over)
		systally_notes_add(
			&notes, "%s",
			top->watch.filter ?
				"the processes of -p have ended" :
				"the processes of -p have ended, and what they have started");
	result = top->live ? show_live(top, &diff, &notes, nothing) :
			     write_block(top, &diff, &notes, nothing);
	systally_notes_free(&notes);
	systally_snapshot_free(&diff);
	systally_snapshot_free(&top->last);
	top->last = now;
	return result;
}

/*
 * Ends the interval that was begun. On a terminal, the last whole list stays,
 * which is what was read there.
 */
static int show_last(struct top *top)
{
	return top->live && top->screen ? 0 : show(top, false);
}

/* Waits until @until for something to do. Returns what it is. */
static enum systally_event wait_until(struct top *top, uint64_t until)
{
	struct signalfd_siginfo info;
	enum systally_event event;

	for (;;) {
		event = systally_signals_wait(&top->signals, until, top->input,
					      &info);
		if (event != SYSTALLY_EVENT_SIGNAL)
			return event;
		if (systally_signals_ends(&info)) {
			systally_signals_end_by(&info);
			return event;
		}
		if (info.ssi_signo == SIGWINCH && top->live) {
			systally_live_resize();
			draw(top);
		}
	}
}

static int loop(struct top *top)
{
	uint64_t next = systally_signals_now_ns();
	uint64_t end = top->request->duration_ns ?
			       next + top->request->duration_ns :
			       UINT64_MAX;
	int result = 0;
	bool over;

	next += top->request->interval_ns;
	while (!result) {
		uint64_t until = next < end ? next : end;

		switch (wait_until(top, until)) {
		case SYSTALLY_EVENT_TIME:
			over = systally_watch_over(&top->watch);
			result = show(top, over);
			if (over || until == end)
				return result;
			/* if late, skip intervals instead of making one shorter */
			while (next <= systally_signals_now_ns())
				next += top->request->interval_ns;
			break;
		case SYSTALLY_EVENT_SIGNAL:
			return show_last(top);
		case SYSTALLY_EVENT_INPUT:
			if (top->live && systally_live_quit())
				return show_last(top);
			if (systally_watch_over(&top->watch))
				return show(top, true);
			break;
		case SYSTALLY_EVENT_ERROR:
			return systally_error_set(
				top->error, "cannot wait: %s",
				systally_error_meaning(errno));
		}
	}
	return result;
}

/* Has top->input be ready for keys and for the end of processes of -p. */
static int open_input(struct top *top)
{
	struct epoll_event event = { .events = EPOLLIN };

	top->input = epoll_create1(EPOLL_CLOEXEC);
	event.data.fd = STDIN_FILENO;
	if (top->input < 0 || (top->live && epoll_ctl(top->input, EPOLL_CTL_ADD,
						      STDIN_FILENO, &event)))
		return systally_error_set(top->error, "cannot wait: %s",
					  systally_error_meaning(errno));
	event.data.fd = top->watch.ends;
	if (top->watch.ends >= 0 &&
	    epoll_ctl(top->input, EPOLL_CTL_ADD, top->watch.ends, &event))
		return systally_error_set(top->error, "cannot wait: %s",
					  systally_error_meaning(errno));
	return 0;
}

/* Shows intervals until the end, and restores the terminal in any case. */
static int watch(struct top *top)
{
	struct systally_error ignored = { "" };
	int result;

	if (top->watch.filter) {
		top->reporter.scope = top->request->scope;
	}
	systally_watch_before(&top->watch, &top->last);
	top->live = top->request->format == &systally_format_text &&
		    !top->request->output && systally_live_open();
	if (top->live)
		draw(top);
	result = open_input(top);
	if (!result)
		result = loop(top);
	close(top->input);
	if (top->live)
		systally_live_close();
	/* leave the last list on the terminal */
	if (top->live && top->screen && (!result || result == -ESRCH)) {
		fputs(top->screen, top->writer.stream);
		if (systally_writer_flush(&top->writer, NULL, top->error))
			result = -EPIPE;
	}
	if (result == -ESRCH) {
		fprintf(top->notes.stream, "note: session %s has ended\n",
			top->request->session);
		systally_writer_flush(&top->notes, NULL, &ignored);
	}
	free(top->screen);
	systally_snapshot_free(&top->last);
	return result == -EPIPE || result == -EINTR || result == -ESRCH ?
		       0 :
		       result;
}

int systally_cmd_top(const struct systally_request *request,
		     struct systally_error *error)
{
	struct top top = {
		.request = request,
		.error = error,
		.watch = SYSTALLY_WATCH_NONE,
		.set = { .all = true },
		.reporter = { .request = request,
			      .difference = true,
			      .series = true,
			      .first = true,
			      .width = SYSTALLY_TEXT_WIDTH },
	};
	struct systally_names *names = systally_names_new();
	int status = 1;

	if (!names)
		return systally_error_set(error, "out of memory"), 1;
	top.reporter.names = names;
	top.reporter.set = &top.set;
	if (request->syscalls &&
	    systally_set_parse(&top.set, names, request->syscalls, error)) {
		status = SYSTALLY_EXIT_USAGE;
		goto out;
	}
	systally_process_tgids(request->scope.pids, request->scope.pid_count);
	if (systally_process_check(request->scope.pids,
				   request->scope.pid_count, error) ||
	    systally_control_open(&top.control, error))
		goto out;
	top.out = systally_output_open(request->output, stdout, error);
	if (!top.out)
		goto out;
	/* before counting begins: a signal must not end systally meanwhile */
	if (systally_signals_open(&top.signals, error))
		goto out_output;
	if (systally_writer_open(&top.writer, top.out, &top.signals, error))
		goto out_signals;
	if (systally_writer_open(&top.notes, stderr, &top.signals, error))
		goto out_writer;
	top.reporter.notes = top.notes.stream;
	if (!systally_watch_begin(&top.watch, &top.control, request, &top.set,
				  error) &&
	    !watch(&top))
		status = 0;
	systally_watch_end(&top.watch);
	systally_writer_close(&top.notes);
out_writer:
	systally_writer_close(&top.writer);
out_signals:
	systally_signals_close(&top.signals);
out_output:
	if (top.out != stdout &&
	    systally_output_close(top.out, request->output, error))
		status = 1;
out:
	systally_names_free(names);
	return status;
}
