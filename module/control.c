// SPDX-License-Identifier: GPL-2.0-only
/*
 * The controls: setting them, showing them, and hooking what they ask for.
 *
 * Lock order: control_mutex, then the tally's two mutexes (tally.c) and then
 * function.c's, or selective.c's, or the kernel's own mutexes for tracepoints,
 * kprobes and static keys.
 */
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "choice.h"
#include "control.h"
#include "event.h"
#include "filter.h"
#include "function.h"
#include "hook.h"
#include "hook_kprobe.h"
#include "hook_sites.h"
#include "lifecycle.h"
#include "parse.h"
#include "selective.h"
#include "tally.h"
#include "target.h"
#include "target_set.h"
#include "tracepoint.h"

/* Protects all settings, the targets, the filter, and what is hooked. */
static DEFINE_MUTEX(control_mutex);
static unsigned int enabled = 1;
static unsigned int collect;
static unsigned int hook;
static bool closing; /* at unload: no hook may be set any more */

static const char *const collect_words[] = { "count", "time", "hist", NULL };

static const char *const hook_words[] = { "auto", "tracepoint", "kprobe",
					  "direct", NULL };
static const char *const kind_words[] = {
	[HOOK_NONE] = "none",	  [HOOK_TRACEPOINT] = "tracepoint",
	[HOOK_DIRECT] = "direct", [HOOK_KPROBE] = "kprobe",
	[HOOK_SITES] = "direct",
};

/*
 * Hooks what the settings ask for.
 * @set: the calls to count, NULL for all
 * @any: whether there is a target
 * @all: whether the targets are `all`
 */
static int reconcile_for(const struct syscall_set *set, bool any, bool all)
{
	const struct settings settings = {
		.enabled = enabled,
		.collect = collect,
		.hook = hook,
		.set = set,
		.any = any,
		.all = all,
	};
	bool timed = collect != SYSTALLY_COLLECT_COUNT;
	int err;

	lockdep_assert_held(&control_mutex);
	if (closing)
		return 0;
	err = systally_choice_apply(&settings);
	if (err)
		return err;
	/* After the hooks: they make the threads' slots. */
	err = systally_function_apply(enabled && any, timed);
	systally_event_set_tls(systally_function_any_tls());
	return err;
}

static int reconcile(const struct syscall_set *set)
{
	return reconcile_for(set, systally_target_any(),
			     systally_target_is_all());
}

static void last_target_exited(void);

/* Stops what follows forks and exits, unless there is a target. */
static void stop_idle(void)
{
	if (!systally_target_any())
		systally_lifecycle_stop();
}

/* Sets a setting and the hooks. After an error, both are as they were. */
static int try_setting(unsigned int *setting, unsigned int value)
{
	unsigned int old = *setting;
	int err;

	*setting = value;
	err = reconcile(systally_filter_get());
	if (err) {
		*setting = old;
		reconcile(systally_filter_get());
	}
	return err;
}

static int set_enabled(char *text)
{
	bool value;
	int err = parse_bool(text, &value);

	return err ?: try_setting(&enabled, value);
}

static int set_collect(char *text)
{
	unsigned int value;
	int err = parse_word(text, collect_words, &value);

	if (err)
		return err;
	err = try_setting(&collect, value);
	if (!err)
		systally_event_set_hist(value == SYSTALLY_COLLECT_HIST);
	return err;
}

static int set_hook(char *text)
{
	unsigned int value;
	int err = parse_word(text, hook_words, &value);

	if (err)
		return err;
	return try_setting(&hook, value);
}

static int apply_targets(const struct targets_request *request)
{
	const struct syscall_set *set = systally_filter_get();
	bool all = request->verb == TARGETS_ALL ||
		   (request->verb == TARGETS_EDIT && systally_target_is_all());
	int err, back;

	err = systally_target_check(request);
	if (err)
		return err;
	/* Hook first: a hook that fails must not leave changed targets. */
	if (request->verb != TARGETS_NONE)
		err = systally_lifecycle_start(last_target_exited) ?:
			      reconcile_for(set, true, all);
	if (!err)
		err = systally_target_apply(request);
	/* After an error, hook as before. Else the last target may be gone. */
	back = reconcile(set) ?: systally_function_targets_changed();
	stop_idle();
	return err ?: back;
}

static int set_targets(char *text)
{
	struct targets_request *request;
	int err;

	request = kvmalloc(sizeof(*request), GFP_KERNEL);
	if (!request)
		return -ENOMEM;
	err = parse_targets(text, request) ?: apply_targets(request);
	kvfree(request);
	return err;
}

static int set_follow(char *text)
{
	bool value;
	int err = parse_bool(text, &value);

	if (!err)
		WRITE_ONCE(systally_target_follow, value);
	return err;
}

static int set_syscalls(char *text)
{
	struct syscall_set *set;
	bool all = false;
	int err = 0, tokens = 0;
	char *token;

	set = kzalloc(sizeof(*set), GFP_KERNEL);
	if (!set)
		return -ENOMEM;
	while (!err && (token = parse_token(&text))) {
		if (all)
			err = -EINVAL;
		else if (!strcmp(token, "all") && !tokens)
			all = true;
		else
			err = systally_syscall_add(set, token);
		tokens++;
	}
	if (!tokens)
		err = -EINVAL;
	if (err || all) {
		kfree(set);
		set = NULL;
	}
	/* Place the probes of new calls before the filter includes them, and
	 * remove the others after it has left them out.
	 */
	if (!err)
		err = reconcile(set);
	if (err) {
		kfree(set);
		return err;
	}
	systally_hook_set_calls(set);
	return 0;
}

static int set_threads(char *text)
{
	bool value;
	int err = parse_bool(text, &value);

	if (err)
		return err;
	systally_event_set_threads(value);
	return 0;
}

static int set_reset(char *text)
{
	bool value;
	int err = parse_bool(text, &value);

	if (err || !value)
		return -EINVAL;
	err = systally_tally_reset();
	if (!err)
		systally_function_forget();
	return err;
}

static void show_bool(struct seq_file *seq, bool value)
{
	seq_printf(seq, "%d\n", value);
}

static void show_enabled(struct seq_file *seq)
{
	show_bool(seq, enabled);
}

static void show_collect(struct seq_file *seq)
{
	seq_printf(seq, "%s\n", collect_words[collect]);
}

static void show_hook(struct seq_file *seq)
{
	seq_printf(seq, "%s: %s (%s)\n", hook_words[hook],
		   kind_words[systally_hook_kind()], systally_choice_reason());
}

static void show_targets(struct seq_file *seq)
{
	unsigned int tgid = 0;

	if (systally_target_is_all()) {
		seq_puts(seq, "all\n");
		return;
	}
	if (!systally_target_any())
		seq_puts(seq, "none\n");
	while ((tgid = systally_target_next(tgid)) < PID_MAX_LIMIT)
		seq_printf(seq, "%u\n", tgid++);
}

static void show_follow(struct seq_file *seq)
{
	show_bool(seq, systally_target_follow);
}

static void show_syscalls(struct seq_file *seq)
{
	const struct syscall_set *set = systally_filter_get();
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

static int set_functions(char *text)
{
	int err = systally_function_set(text);

	systally_event_set_tls(systally_function_any_tls());
	return err;
}

static void show_threads(struct seq_file *seq)
{
	show_bool(seq, static_key_enabled(&systally_threads_key));
}

static const struct {
	const char *name;
	int (*set)(char *text);
	void (*show)(struct seq_file *seq);
} controls[CONTROLS] = {
	[CONTROL_ENABLED] = { "enabled", set_enabled, show_enabled },
	[CONTROL_COLLECT] = { "collect", set_collect, show_collect },
	[CONTROL_HOOK] = { "hook", set_hook, show_hook },
	[CONTROL_TARGETS] = { "targets", set_targets, show_targets },
	[CONTROL_FOLLOW] = { "follow", set_follow, show_follow },
	[CONTROL_SYSCALLS] = { "syscalls", set_syscalls, show_syscalls },
	[CONTROL_FUNCTIONS] = { "functions", set_functions,
				systally_function_show },
	[CONTROL_THREADS] = { "threads", set_threads, show_threads },
	[CONTROL_RESET] = { "reset", set_reset, NULL },
};

const char *systally_control_name(enum control_id id)
{
	return controls[id].name;
}

int systally_control_set(enum control_id id, char *text)
{
	int err = mutex_lock_killable(&control_mutex);

	if (err)
		return err;
	err = controls[id].set(text);
	mutex_unlock(&control_mutex);
	return err;
}

int systally_control_show(enum control_id id, struct seq_file *seq)
{
	int err = mutex_lock_killable(&control_mutex);

	if (err)
		return err;
	controls[id].show(seq);
	mutex_unlock(&control_mutex);
	return 0;
}

int systally_control_status(struct seq_file *seq)
{
	int err = mutex_lock_killable(&control_mutex);

	if (err)
		return err;
	seq_printf(seq, "state: %s\n",
		   systally_hook_kind() == HOOK_NONE ? "off" :
		   systally_selective_on()	     ? "selective" :
						       "shared");
	seq_puts(seq, "selective: ");
	systally_selective_show(seq);
	seq_puts(seq, "hook: ");
	show_hook(seq);
	seq_puts(seq, "collect: ");
	show_collect(seq);
	seq_puts(seq, "enabled: ");
	show_enabled(seq);
	if (systally_target_is_all())
		seq_puts(seq, "targets: all\n");
	else
		seq_printf(seq, "targets: %u\n", systally_target_count());
	seq_printf(seq, "direct_sites: %u\n", systally_hook_sites_count());
	seq_printf(seq, "kprobes: %u\n", systally_hook_kprobe_count());
	seq_printf(seq, "kprobe_missed: %lu\n", systally_hook_kprobe_missed());
	seq_printf(seq, "uprobes: %u\n", systally_function_count());
	seq_printf(seq, "foreign_probes: %u\n", systally_tracepoint_foreign());
	mutex_unlock(&control_mutex);
	return 0;
}

u32 systally_control_flags(void)
{
	return (READ_ONCE(enabled) ? SYSTALLY_ENABLED : 0) |
	       (static_key_enabled(&systally_threads_key) ? SYSTALLY_THREADS :
							    0);
}

u32 systally_control_collect(void)
{
	return READ_ONCE(collect);
}

int systally_control_missed(u64 *missed)
{
	int err = mutex_lock_killable(&control_mutex);

	if (err)
		return err;
	*missed = systally_hook_kprobe_missed();
	mutex_unlock(&control_mutex);
	return 0;
}

/* Removes the hooks, if there is still no target. */
static void unhook_idle(struct work_struct *work)
{
	mutex_lock(&control_mutex);
	reconcile(systally_filter_get());
	stop_idle();
	mutex_unlock(&control_mutex);
}

static DECLARE_WORK(idle_work, unhook_idle);

/* Removes the hooks soon. In the handler at exit. */
static void last_target_exited(void)
{
	if (!READ_ONCE(closing))
		schedule_work(&idle_work);
}

void systally_control_exit(void)
{
	mutex_lock(&control_mutex);
	WRITE_ONCE(closing, true);
	systally_hook_exit();
	/* Waits for the exit handlers that did not read `closing`. */
	systally_lifecycle_stop();
	systally_function_exit();
	systally_filter_replace(NULL);
	mutex_unlock(&control_mutex);
	cancel_work_sync(&idle_work);
}
