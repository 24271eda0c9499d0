// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts processes that run already, from one snapshot to another.
 */
#include <errno.h>
#include <string.h>

#include "base/process.h"
#include "commands/observe.h"
#include "commands/watch.h"

struct observation {
	const struct systally_request *request;
	struct systally_error *error;
	struct systally_control control;
	struct systally_watch watch;
	struct systally_signals signals;
	struct systally_delivery delivery;
	struct systally_snapshot counted; /* the difference */
};

#define TICK 100000000 /* ns between two looks at the targets */

/*
 * Returns when to look whether the watch is over: only the control `targets` tells
 * when what the processes of -p have started has ended.
 */
static uint64_t next_look(const struct observation *o, uint64_t end)
{
	uint64_t tick = systally_signals_now_ns() + TICK;

	if (o->watch.ends < 0 || o->watch.alive)
		return end;
	return end && end < tick ? end : tick;
}

/* Waits until the counting is to end. Returns 0, or -1 with an error. */
static int await_end(struct observation *o)
{
	uint64_t end = o->request->duration_ns;
	struct signalfd_siginfo info;

	if (end)
		end += systally_signals_now_ns();
	while (!systally_watch_over(&o->watch)) {
		switch (systally_signals_wait(&o->signals, next_look(o, end),
					      o->watch.ends, &info)) {
		case SYSTALLY_EVENT_TIME:
			if (end && systally_signals_now_ns() >= end)
				return 0;
			break;
		case SYSTALLY_EVENT_SIGNAL:
			if (!systally_signals_ends(&info))
				break;
			systally_signals_end_by(&info);
			return 0;
		case SYSTALLY_EVENT_INPUT:
			break;
		case SYSTALLY_EVENT_ERROR:
			return systally_error_set(
				o->error, "cannot wait: %s",
				systally_error_meaning(errno));
		}
	}
	return 0;
}

/* Takes what was counted since @before. Returns 0, or -1 with an error. */
static int take(struct observation *o, const struct systally_snapshot *before)
{
	struct systally_snapshot after;
	size_t i;

	if (systally_control_snapshot(&o->watch.control, &after, o->error))
		return -1;
	if (systally_snapshot_diff(&o->counted, &after, before, o->error)) {
		systally_snapshot_free(&after);
		return -1;
	}
	systally_snapshot_free(&after);
	/* a recording has null for the longest time if that is not known */
	for (i = 0; o->counted.max_is_former && i < o->counted.header.call_rows;
	     i++) {
		if (o->counted.max_is_former[i])
			o->counted.calls[i].max_ns = 0;
	}
	/* others are counted, too */
	if (o->watch.filter)
		systally_snapshot_keep(&o->counted, &o->request->scope);
	return 0;
}

/* Counts. Fills in o->counted. Returns 0, or -1 with an error. */
static int count(struct observation *o)
{
	struct systally_snapshot before;
	int result;

	systally_watch_before(&o->watch, &before);
	result = await_end(o);
	if (!result)
		result = take(o, &before);
	systally_snapshot_free(&before);
	return result;
}

static int deliver(struct observation *o)
{
	struct systally_notes notes = { 0 };
	struct systally_launched launched = {
		.snapshot = &o->counted,
		.missed = o->counted.header.kprobe_missed,
		.status = -1,
		.duration_ns = o->counted.header.taken_ns,
		.notes = &notes,
	};
	int result;

	systally_watch_note(&o->watch, &notes);
	result = systally_deliver(&o->delivery, &launched, stdout, o->error);
	systally_notes_free(&notes);
	return result;
}

int systally_observe(const struct systally_request *request,
		     const struct systally_set *set,
		     systally_launched_function *write, void *context,
		     struct systally_error *error)
{
	struct observation o = {
		.request = request,
		.error = error,
		.watch = SYSTALLY_WATCH_NONE,
		.delivery = { .write = write,
			      .context = context,
			      .signals = &o.signals },
	};
	int status = 1;
	int result;

	systally_process_tgids(request->scope.pids, request->scope.pid_count);
	if (systally_control_open(&o.control, error) ||
	    systally_output_prepare(&o.delivery.output, request->output, error))
		return 1;
	/* before counting begins: a signal must not end systally meanwhile */
	if (systally_signals_open(&o.signals, error))
		goto out;
	result =
		systally_watch_begin(&o.watch, &o.control, request, set, error);
	if (!result)
		result = count(&o);
	systally_watch_end(&o.watch);
	if (!result && !deliver(&o))
		status = 0;
	systally_snapshot_free(&o.counted);
	systally_signals_close(&o.signals);
out:
	systally_output_cancel(&o.delivery.output);
	return status;
}
