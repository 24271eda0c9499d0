// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all sessions that count want together, and hooking it.
 *
 * Lock order: systally_control_mutex, then the tally's two mutexes (tally.c) and then
 * function.c's, or selective.c's, or the kernel's own mutexes for tracepoints,
 * kprobes and static keys.
 */
#include <linux/bitmap.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "choice.h"
#include "demand.h"
#include "event.h"
#include "filter.h"
#include "function.h"
#include "hook.h"
#include "lifecycle.h"
#include "tally.h"
#include "target_set.h"

unsigned int systally_demand_enabled = 1;
unsigned int systally_demand_hook;

/* At unload: no hook may be set any more. Written under the control mutex. */
static bool closing;

/* What all sessions that count want together */
struct wants {
	unsigned int collect; /* the most that one wants */
	bool any;	      /* there is a session that counts */
	bool all;	      /* one of them counts every process */
	bool all_timed;	      /* and keeps times */
	struct wanted_calls {
		bool all;		 /* one of them counts every call */
		struct syscall_set *set; /* unless all */
	} calls, untimed; /* of all sessions, and of those without times */
};

static void want_calls(struct wanted_calls *wanted,
		       const struct syscall_set *calls)
{
	u32 abi;

	wanted->all |= !calls;
	for (abi = 0; calls && abi < ABIS; abi++)
		bitmap_or(wanted->set->nr[abi], wanted->set->nr[abi],
			  calls->nr[abi], SYSCALL_NRS);
}

/* Adds what a session wants that counts these calls, of all processes if @all. */
static void want(struct wants *wants, const struct session *session, bool all,
		 const struct syscall_set *calls)
{
	bool timed = session->collect != SYSTALLY_COLLECT_COUNT;

	wants->any = true;
	wants->all |= all;
	wants->all_timed |= all && timed;
	wants->collect = max(wants->collect, session->collect);
	want_calls(&wants->calls, calls);
	/* Its targets may not be timed yet. */
	if (!timed || (session->bit >= 0 && !session->targets.timed))
		want_calls(&wants->untimed, calls);
}

/* Begins to collect calls: none as yet. */
static void no_calls(struct wanted_calls *wanted)
{
	/* Some hundred bytes, without which hooks could not be removed either */
	wanted->set = kzalloc(sizeof(*wanted->set), GFP_KERNEL | __GFP_NOFAIL);
}

/* The set, or NULL for all calls */
static struct syscall_set *end_calls(struct wanted_calls *wanted)
{
	if (wanted->all) {
		kfree(wanted->set);
		wanted->set = NULL;
	}
	return wanted->set;
}

/* A session of which more is asked than it has now */
struct asked {
	const struct session *session;
	bool counts; /* else it is only asked whether that is possible */
	bool all;    /* whether it is to count every process */
	const struct syscall_set *calls; /* which it is to count */
};

/*
 * Hooks what the sessions want that count, and what is asked of one of them. Changes
 * the filter, too. Returns 0 or an error: of a hook, then hooks and filter are as they
 * were; or of a function's probe, then they are as asked.
 */
static int apply(const struct asked *asked)
{
	const struct session *with = asked->session, *session;
	struct wants wants = {};
	struct settings settings;
	struct syscall_set *set;
	int bit, err;

	lockdep_assert_held(&systally_control_mutex);
	if (closing)
		return 0;
	no_calls(&wants.calls);
	no_calls(&wants.untimed);
	for_each_session(bit, session) if (session != with) want(
		&wants, session, session->targets.all, session_calls(session));
	if (with && (asked->counts || !wants.any)) {
		want(&wants, with, asked->all, asked->calls);
		wants.any = asked->counts;
	}
	set = end_calls(&wants.calls);
	settings = (struct settings){
		.enabled = systally_demand_enabled,
		.collect = wants.collect,
		.hook = systally_demand_hook,
		.set = set,
		.any = wants.any,
		.all = wants.all,
		.all_timed = wants.all_timed,
		.untimed_set = end_calls(&wants.untimed),
	};
	/* Place the probes of new calls before the filter includes them, and
	 * remove the others after it has left them out.
	 */
	err = systally_choice_apply(&settings);
	if (err || !wants.any)
		kfree(set);
	else
		systally_hook_set_calls(set);
	kfree(settings.untimed_set);
	if (err)
		return err;
	/* After the hooks: they make the threads' slots. */
	err = systally_function_apply(systally_demand_enabled, with);
	systally_event_set_tls(systally_function_any_tls());
	return err;
}

int systally_demand_calls(const struct session *session,
			  const struct syscall_set *calls)
{
	const struct asked asked = {
		.session = session,
		.counts = session->bit >= 0,
		.all = session->targets.all,
		.calls = calls,
	};

	return apply(&asked);
}

int systally_demand_changed(const struct session *session)
{
	return systally_demand_calls(session, session_calls(session));
}

void systally_demand_set_keys(void)
{
	unsigned int count = 0, threads = 0;
	const struct session *session;
	bool hist = false;
	int bit;

	for_each_session(bit, session)
	{
		hist |= session->collect == SYSTALLY_COLLECT_HIST;
		threads += session->threads;
		count++;
	}
	systally_event_set_hist(hist);
	systally_event_set_threads(threads, threads && threads < count);
}

/* Takes the bits of sessions without targets. */
static void dismiss_idle(void)
{
	struct session *session;
	int bit;

	for_each_session(bit, session) if (!target_set_any(&session->targets))
		systally_tally_dismiss(session);
	systally_demand_set_keys();
}

int systally_demand_end_idle(void)
{
	const struct asked nothing = {};
	int err;

	dismiss_idle();
	err = apply(&nothing);
	/* Without a target, nothing has to follow forks and exits. */
	if (!systally_target_any())
		systally_lifecycle_stop();
	return err;
}

/* Removes the hooks, if there is still no target. */
static void unhook_idle(struct work_struct *work)
{
	mutex_lock(&systally_control_mutex);
	systally_demand_end_idle();
	mutex_unlock(&systally_control_mutex);
}

static DECLARE_WORK(idle_work, unhook_idle);

/* Removes the hooks soon. In the handler at exit. */
static void last_target_exited(void)
{
	if (!READ_ONCE(closing))
		schedule_work(&idle_work);
}

int systally_demand_start(struct session *session, bool all)
{
	const struct asked asked = {
		.session = session,
		.counts = true,
		.all = all,
		.calls = session_calls(session),
	};
	int err;

	/* A session without targets may have the bit that this one needs. */
	dismiss_idle();
	err = systally_lifecycle_start(last_target_exited) ?:
		      apply(&asked)			   ?:
		      systally_tally_admit(session)	   ?:
		      systally_function_apply(systally_demand_enabled, session);
	systally_demand_set_keys();
	return err;
}

void systally_demand_close(void)
{
	WRITE_ONCE(closing, true);
	systally_hook_exit();
	/* Waits for the exit handlers that did not read `closing`. */
	systally_lifecycle_stop();
	systally_function_exit(systally_default_session);
	systally_filter_replace(NULL);
}

void systally_demand_exit(void)
{
	cancel_work_sync(&idle_work);
}
