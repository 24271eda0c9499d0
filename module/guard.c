// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sees other tracers come. Called by selective.c.
 *
 * Whoever wants a handler on a tracepoint calls one of a few functions of
 * kernel/tracepoint.c: perf, ftrace's events, BPF and other modules alike. Each
 * has a kprobe at its entry, which announces the newcomer before it is on the
 * tracepoint's list, and a kretprobe, which says until when it may still not be
 * there. As a kretprobe can run out of instances it does not announce alone.
 */
#include <linux/atomic.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include "guard.h"
#include "tracepoint.h"

/* Registrations of others under way at once, beyond which busy() is for good */
#define INSTANCES	64

static const char *const symbols[] = { COMPAT_TRACEPOINT_REGISTRARS };

static struct kprobe entries[ARRAY_SIZE(symbols)];
static struct kretprobe returns[ARRAY_SIZE(symbols)];
static void (*announce)(void);

/* Registrations under way. Written by the probes' handlers, in any task. */
static atomic_t registering;

/* All below by whoever may call arm(), which is one at a time. */
static bool armed;
static const char *why;
static char why_text[80];

/* At a registrar's first instruction: is it one of our tracepoints, for a
 * handler that is not ours?
 */
static bool is_newcomer(const struct pt_regs *regs)
{
	return systally_tracepoint_is_foreign((void *)regs->di,
					      (void *)regs->si);
}

static int before_entry(struct kprobe *kp, struct pt_regs *regs)
{
	if (is_newcomer(regs))
		announce();
	return 0;
}
NOKPROBE_SYMBOL(before_entry);

static int before_return(struct kretprobe_instance *instance,
			 struct pt_regs *regs)
{
	/* The instance goes back if it is nobody of interest. */
	if (!is_newcomer(regs))
		return 1;
	/* Busy first, then the announcement: what is done then is not undone
	 * as long as somebody is busy.
	 */
	atomic_inc(&registering);
	smp_mb__after_atomic();
	announce();
	return 0;
}
NOKPROBE_SYMBOL(before_return);

static int at_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	/* What it registered can be seen by who finds us not busy. */
	smp_mb__before_atomic();
	atomic_dec(&registering);
	return 0;
}
NOKPROBE_SYMBOL(at_return);

/*
 * A function of our own with a kprobe of the same kind: whoever turns kprobes
 * off turns this one off, too.
 */
static bool canary_sang;

static noinline void canary(void)
{
	/* Keeps the compiler from finding out that nothing happens here */
	asm volatile("");
}

static int sing(struct kprobe *kp, struct pt_regs *regs)
{
	WRITE_ONCE(canary_sang, true);
	return 0;
}
NOKPROBE_SYMBOL(sing);

static struct kprobe canary_kp;

bool systally_guard_works(void)
{
	if (!armed)
		return false;
	WRITE_ONCE(canary_sang, false);
	canary();
	return READ_ONCE(canary_sang);
}

bool systally_guard_busy(void)
{
	unsigned int i;

	/* Whose return is not seen may be busy for ever. */
	for (i = 0; i < ARRAY_SIZE(returns); i++)
		if (READ_ONCE(returns[i].nmissed))
			return true;
	return atomic_read_acquire(&registering);
}

static int failed(const char *symbol, int err)
{
	scnprintf(why_text, sizeof(why_text), "no kprobe on %s: error %d",
		  symbol, err);
	why = why_text;
	return err;
}

/* A kprobe cannot be registered twice without being wiped between. */
static int place_entry(unsigned int i)
{
	entries[i] = (struct kprobe) {
		.symbol_name = symbols[i],
		.pre_handler = before_entry,
	};
	return register_kprobe(&entries[i]);
}

static int place_return(unsigned int i)
{
	returns[i] = (struct kretprobe) {
		.kp.symbol_name = symbols[i],
		.entry_handler = before_return,
		.handler = at_return,
		.maxactive = INSTANCES,
	};
	return register_kretprobe(&returns[i]);
}

int systally_guard_arm(void (*newcomer)(void))
{
	unsigned int entered, returned = 0;
	int err;

	if (armed)
		return 0;
	announce = newcomer;
	canary_kp = (struct kprobe) {
		.addr = (void *)canary,
		.pre_handler = sing,
	};
	err = register_kprobe(&canary_kp);
	if (err)
		return failed("our own text", err);
	/* A kretprobe that comes later runs earlier: a missed one is known
	 * when its kprobe announces (add_new_kprobe() in kernel/kprobes.c).
	 */
	for (entered = 0; entered < ARRAY_SIZE(symbols); entered++) {
		err = place_entry(entered);
		if (err) {
			failed(symbols[entered], err);
			goto err_unregister;
		}
	}
	for (; returned < ARRAY_SIZE(symbols); returned++) {
		err = place_return(returned);
		if (err) {
			failed(symbols[returned], err);
			goto err_unregister;
		}
	}
	why = NULL;
	armed = true;
	return 0;

err_unregister:
	while (returned--)
		unregister_kretprobe(&returns[returned]);
	while (entered--)
		unregister_kprobe(&entries[entered]);
	unregister_kprobe(&canary_kp);
	atomic_set(&registering, 0);
	return err;
}

void systally_guard_disarm(void)
{
	unsigned int i;

	if (!armed)
		return;
	for (i = ARRAY_SIZE(symbols); i--; )
		unregister_kretprobe(&returns[i]);
	for (i = ARRAY_SIZE(symbols); i--; )
		unregister_kprobe(&entries[i]);
	unregister_kprobe(&canary_kp);
	armed = false;
}

const char *systally_guard_why(void)
{
	return why;
}
