// SPDX-License-Identifier: GPL-2.0-only
/*
 * The controls: setting them and showing them, and the sessions that have them.
 */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "choice.h"
#include "control.h"
#include "demand.h"
#include "event.h"
#include "function.h"
#include "hook.h"
#include "hook_kprobe.h"
#include "hook_sites.h"
#include "parse.h"
#include "rules.h"
#include "selective.h"
#include "session.h"
#include "tally.h"
#include "target.h"
#include "tracepoint.h"

unsigned int systally_control_sessions_max = SESSIONS_MAX - 1;

static const char *const collect_words[] = { "count", "time", "hist", NULL };

static const char *const hook_words[] = { "auto", "tracepoint", "kprobe",
					  "direct", NULL };
static const char *const kind_words[] = {
	[HOOK_NONE] = "none",	  [HOOK_TRACEPOINT] = "tracepoint",
	[HOOK_DIRECT] = "direct", [HOOK_KPROBE] = "kprobe",
	[HOOK_SITES] = "direct",
};

/* The hook on entries, as `hook` shows it */
static const char *kind_word(void)
{
	return systally_hook_divided() ? "direct and tracepoint" :
					 kind_words[systally_hook_kind()];
}

/* Sets a setting and the hooks. After an error, both are as they were. */
static int try_setting(const struct session *session, unsigned int *setting,
		       unsigned int value)
{
	unsigned int old = *setting;
	int err;

	*setting = value;
	err = systally_demand_changed(session);
	if (err) {
		*setting = old;
		systally_demand_changed(session);
	}
	return err;
}

static int set_enabled(struct session *session, char *text)
{
	bool value;
	int err = parse_bool(text, &value);

	return err ?: try_setting(session, &systally_demand_enabled, value);
}

static int set_collect(struct session *session, char *text)
{
	unsigned int value, old = session->collect;
	int err = parse_word(text, collect_words, &value);

	if (err)
		return err;
	err = try_setting(session, &session->collect, value);
	if (err || session->bit < 0)
		return err;
	err = systally_target_time(session, systally_hook_move);
	if (err)
		session->collect = old;
	/* Some sites may have been for targets that were not timed yet. */
	systally_demand_changed(session);
	systally_demand_set_keys();
	if (!err)
		systally_tally_set_level(session);
	return err;
}

static int set_hook(struct session *session, char *text)
{
	unsigned int value;
	int err = parse_word(text, hook_words, &value);

	if (err)
		return err;
	return try_setting(session, &systally_demand_hook, value);
}

/* Makes a change that lets no process go from one hook to another. */
static int change_at_once(bool adds, int (*change)(void *data), void *data)
{
	return change(data);
}

static int apply_targets(struct session *session,
			 const struct targets_request *request)
{
	bool all = request->verb == TARGETS_ALL ||
		   (request->verb == TARGETS_EDIT && session->targets.all);
	int err, back;

	err = systally_target_check(session, request);
	if (err)
		return err;
	/* Hook first: a hook that fails must not leave changed targets. */
	if (request->verb != TARGETS_NONE)
		err = systally_demand_start(session, all);
	if (!err && session->bit >= 0)
		err = systally_target_time(session, systally_hook_move) ?:
			      systally_target_apply(session, request,
						    session->targets.timed ?
							    systally_hook_move :
							    change_at_once);
	/* After an error, hook as before. Else the last target may be gone. */
	back = systally_demand_end_idle() ?:
		       systally_function_targets_changed(session);
	return err ?: back;
}

static int set_targets(struct session *session, char *text)
{
	struct targets_request *request;
	int err;

	request = kvmalloc(sizeof(*request), GFP_KERNEL);
	if (!request)
		return -ENOMEM;
	err = parse_targets(text, request) ?: apply_targets(session, request);
	kvfree(request);
	return err;
}

static int set_follow(struct session *session, char *text)
{
	bool value;
	int err = parse_bool(text, &value);

	if (!err)
		WRITE_ONCE(session->targets.follow, value);
	return err;
}

/* Parses a list of calls. Sets *@set to NULL for `all`. */
static int parse_calls(char *text, struct syscall_set **set)
{
	bool all = false;
	int err = 0, tokens = 0;
	char *token;

	*set = kzalloc(sizeof(**set), GFP_KERNEL);
	if (!*set)
		return -ENOMEM;
	while (!err && (token = parse_token(&text))) {
		if (all)
			err = -EINVAL;
		else if (!strcmp(token, "all") && !tokens)
			all = true;
		else
			err = systally_syscall_add(*set, token);
		tokens++;
	}
	if (!tokens)
		err = -EINVAL;
	if (err || all) {
		kfree(*set);
		*set = NULL;
	}
	return err;
}

static int set_syscalls(struct session *session, char *text)
{
	struct syscall_set *set, *old;
	int err = parse_calls(text, &set);

	if (err)
		return err;
	err = systally_demand_calls(session, set);
	if (err) {
		systally_demand_changed(session);
		kfree(set);
		return err;
	}
	systally_tally_widen(session);
	old = rcu_replace_pointer(session->calls, set,
				  lockdep_is_held(&systally_control_mutex));
	if (session->bit >= 0)
		systally_tally_settle(session);
	else
		synchronize_rcu();
	kfree(old);
	return 0;
}

static int set_threads(struct session *session, char *text)
{
	bool value;
	int err = parse_bool(text, &value);

	if (err || session->threads == value)
		return err;
	session->threads = value;
	if (session->bit < 0)
		return 0;
	/* Handlers need the keys before the first and until after the last call
	 * that is counted in two rows.
	 */
	if (value)
		systally_demand_set_keys();
	systally_tally_set_level(session);
	systally_tally_settle(NULL);
	systally_demand_set_keys();
	return 0;
}

static int set_reset(struct session *session, char *text)
{
	bool value;
	int err = parse_bool(text, &value);

	if (err || !value)
		return -EINVAL;
	err = systally_tally_reset(session);
	if (!err)
		systally_function_forget(session);
	return err;
}

static void show_bool(struct seq_file *seq, bool value)
{
	seq_printf(seq, "%d\n", value);
}

static void show_enabled(const struct session *session, struct seq_file *seq)
{
	show_bool(seq, systally_demand_enabled);
}

static void show_collect(const struct session *session, struct seq_file *seq)
{
	seq_printf(seq, "%s\n", collect_words[session->collect]);
}

static void show_hook(const struct session *session, struct seq_file *seq)
{
	seq_printf(seq, "%s: %s (%s)\n", hook_words[systally_demand_hook],
		   kind_word(), systally_choice_reason());
}

static void show_targets(const struct session *session, struct seq_file *seq)
{
	const struct target_set *set = &session->targets;
	unsigned int tgid = 0;

	if (set->all) {
		seq_puts(seq, "all\n");
		return;
	}
	if (!target_set_any(set))
		seq_puts(seq, "none\n");
	rules_show(rcu_dereference_protected(set->rules, true), seq);
	while ((tgid = target_set_next(set, tgid)) < PID_MAX_LIMIT)
		seq_printf(seq, "%u\n", tgid++);
}

static void show_follow(const struct session *session, struct seq_file *seq)
{
	show_bool(seq, session->targets.follow);
}

static void show_syscalls(const struct session *session, struct seq_file *seq)
{
	const struct syscall_set *set = session_calls(session);
	char token[SYSCALL_LABEL_LEN + 8];
	u32 abi, nr;

	if (!set) {
		seq_puts(seq, "all\n");
		return;
	}
	for (abi = 0; abi < ABIS; abi++)
		for_each_set_bit(nr, set->nr[abi], SYSCALL_NRS)
			if (systally_syscall_token(set, abi, nr, token))
				seq_printf(seq, "%s\n", token);
}

static int set_functions(struct session *session,
			 struct function_request *request)
{
	int err = systally_function_set(session, request);

	if (session->bit < 0)
		return err;
	/* Another session may have a function that this one adds or drops. */
	systally_tally_settle(NULL);
	err = err ?: systally_function_apply(systally_demand_enabled, session);
	err = err ?: systally_function_targets_changed(session);
	systally_event_set_tls(systally_function_any_tls());
	return err;
}

static void show_threads(const struct session *session, struct seq_file *seq)
{
	show_bool(seq, session->threads);
}

static const struct {
	const char *name;
	int (*set)(struct session *session, char *text); /* of `functions`:
							   * set_functions()
							   */
	void (*show)(const struct session *session, struct seq_file *seq);
	bool global;
} controls[CONTROLS] = {
	[CONTROL_ENABLED] = { "enabled", set_enabled, show_enabled, true },
	[CONTROL_COLLECT] = { "collect", set_collect, show_collect },
	[CONTROL_HOOK] = { "hook", set_hook, show_hook, true },
	[CONTROL_TARGETS] = { "targets", set_targets, show_targets },
	[CONTROL_FOLLOW] = { "follow", set_follow, show_follow },
	[CONTROL_SYSCALLS] = { "syscalls", set_syscalls, show_syscalls },
	[CONTROL_FUNCTIONS] = { "functions", NULL, systally_function_show },
	[CONTROL_THREADS] = { "threads", set_threads, show_threads },
	[CONTROL_RESET] = { "reset", set_reset, NULL },
};

const char *systally_control_name(enum control_id id)
{
	return controls[id].name;
}

bool systally_control_is_global(enum control_id id)
{
	return controls[id].global;
}

int systally_control_set(struct session *session, enum control_id id,
			 char *text)
{
	struct function_request *functions = NULL;
	int err;

	if (id == CONTROL_FUNCTIONS) {
		functions = systally_function_read(text);
		if (IS_ERR(functions))
			return PTR_ERR(functions);
	}
	err = mutex_lock_killable(&systally_control_mutex);
	if (!err) {
		err = functions ? set_functions(session, functions) :
				  controls[id].set(session, text);
		mutex_unlock(&systally_control_mutex);
	}
	if (functions)
		systally_function_release(functions);
	return err;
}

int systally_control_show(const struct session *session, enum control_id id,
			  struct seq_file *seq)
{
	int err = mutex_lock_killable(&systally_control_mutex);

	if (err)
		return err;
	controls[id].show(session, seq);
	mutex_unlock(&systally_control_mutex);
	return 0;
}

int systally_control_status(const struct session *session, struct seq_file *seq)
{
	int err = mutex_lock_killable(&systally_control_mutex);

	if (err)
		return err;
	seq_printf(seq, "state: %s\n",
		   systally_hook_kind() == HOOK_NONE ? "off" :
		   systally_selective_on()	     ? "selective" :
						       "shared");
	seq_puts(seq, "selective: ");
	systally_selective_show(seq);
	seq_puts(seq, "hook: ");
	show_hook(session, seq);
	seq_puts(seq, "collect: ");
	show_collect(session, seq);
	seq_puts(seq, "enabled: ");
	show_enabled(session, seq);
	if (session->targets.all)
		seq_puts(seq, "targets: all\n");
	else
		seq_printf(seq, "targets: %u\n",
			   READ_ONCE(session->targets.targets));
	seq_printf(seq, "direct_sites: %u\n", systally_hook_sites_count());
	seq_printf(seq, "kprobes: %u\n", systally_hook_kprobe_count());
	seq_printf(seq, "kprobe_missed: %lu\n", systally_hook_kprobe_missed());
	seq_printf(seq, "uprobes: %u\n", systally_function_count());
	seq_printf(seq, "foreign_probes: %u\n", systally_tracepoint_foreign());
	mutex_unlock(&systally_control_mutex);
	return 0;
}

u32 systally_control_flags(const struct session *session)
{
	return (READ_ONCE(systally_demand_enabled) ? SYSTALLY_ENABLED : 0) |
	       (READ_ONCE(session->threads) ? SYSTALLY_THREADS : 0);
}

int systally_control_missed(u64 *missed)
{
	int err = mutex_lock_killable(&systally_control_mutex);

	if (err)
		return err;
	*missed = systally_hook_kprobe_missed();
	mutex_unlock(&systally_control_mutex);
	return 0;
}

static struct session *free_session(void)
{
	unsigned int i;

	for (i = 1; i <= systally_control_sessions_max; i++)
		if (!systally_sessions[i].exists)
			return &systally_sessions[i];
	return NULL;
}

struct session *systally_control_begin(void)
{
	static unsigned long number; /* under the mutex */
	int err = mutex_lock_killable(&systally_control_mutex);
	struct session *session;

	if (err)
		return ERR_PTR(err);
	session = free_session();
	err = session ? systally_session_init(session) : -EUSERS;
	if (!err) {
		snprintf(session->name, sizeof(session->name), "s%lu",
			 ++number);
		session->owner =
			get_task_pid(current->group_leader, PIDTYPE_TGID);
		get_task_comm(session->owner_comm, current->group_leader);
		session->began_ns = ktime_get_boottime_ns();
	}
	mutex_unlock(&systally_control_mutex);
	return err ? ERR_PTR(err) : session;
}

void systally_control_end(struct session *session)
{
	static const struct targets_request none = { .verb = TARGETS_NONE };

	mutex_lock(&systally_control_mutex);
	apply_targets(session, &none);
	systally_function_exit(session);
	systally_session_exit(session);
	mutex_unlock(&systally_control_mutex);
}

int systally_control_init(void)
{
	int err;

	mutex_lock(&systally_control_mutex);
	err = systally_session_init(systally_default_session);
	mutex_unlock(&systally_control_mutex);
	return err;
}

void systally_control_free(void)
{
	mutex_lock(&systally_control_mutex);
	systally_session_exit(systally_default_session);
	mutex_unlock(&systally_control_mutex);
}

void systally_control_exit(void)
{
	mutex_lock(&systally_control_mutex);
	systally_demand_close();
	mutex_unlock(&systally_control_mutex);
	systally_demand_exit();
}
