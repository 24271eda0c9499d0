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
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "guard.h"
#include "tracepoint.h"

/*
 * Registrations under way at once, on any tracepoint, beyond which one is not
 * followed. That is known, and then it may be under way for good.
 */
#define INSTANCES	64

static const char *const symbols[] = { COMPAT_TRACEPOINT_REGISTRARS };

static struct kprobe entries[ARRAY_SIZE(symbols)];
static struct kretprobe returns[ARRAY_SIZE(symbols)];
static struct kprobe *entry_ptrs[ARRAY_SIZE(symbols)];
static struct kretprobe *return_ptrs[ARRAY_SIZE(symbols)];
static void (*announce)(void);

/* Registrations under way. Written by the probes' handlers, in any task. */
static atomic_t registering;

static bool armed;
static char failure[80] = "not armed";

/*
 * Whether nobody is on the way who passed the guard unseen. Set by
 * systally_guard_settle(), unless there was another outage meanwhile; both else
 * changed by systally_guard_blind(), each by one caller at a time.
 */
static bool settled;
static unsigned int outages;

/* At a registrar's first instruction: is it one of our tracepoints, for a
 * handler that is not ours?
 */
static bool is_newcomer(struct pt_regs *regs)
{
	return systally_tracepoint_is_foreign((void *)regs_get_kernel_argument(regs, 0),
					      (void *)regs_get_kernel_argument(regs, 1));
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
	/* Pairs with the xchg() in enter(), selective.c. */
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
static atomic_t songs;

static noinline void canary(void)
{
	/* Keeps the compiler from finding out that nothing happens here */
	asm volatile("");
}

static int sing(struct kprobe *kp, struct pt_regs *regs)
{
	atomic_inc(&songs);
	return 0;
}
NOKPROBE_SYMBOL(sing);

static struct kprobe canary_kp;

static bool works(void)
{
	int before = atomic_read(&songs);

	canary();
	return atomic_read(&songs) != before;
}

/* Whether a registration has not been followed to its end. */
static bool is_lost(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(returns); i++)
		if (READ_ONCE(returns[i].nmissed))
			return true;
	return false;
}

const char *systally_guard_blind(void)
{
	if (!armed)
		return failure;
	if (!works()) {
		/* In this order: pairs with systally_guard_settle(). */
		WRITE_ONCE(outages, outages + 1);
		smp_wmb();
		WRITE_ONCE(settled, false);
		return "kprobes or ftrace are turned off";
	}
	if (is_lost())
		return "too many tracers at once: a reload helps";
	if (!READ_ONCE(settled))
		return "the guard is not ready yet";
	return NULL;
}

bool systally_guard_busy(void)
{
	return is_lost() || atomic_read_acquire(&registering);
}

/*
 * Who entered a registrar before it had its probes is preempted there, which
 * RCU-tasks waits for, or holds or waits for the tracepoints' mutex: one pass
 * through that waits for who holds it (for some RCU grace periods perhaps). Who
 * waits beside us may be overtaken, as mutexes are: hence a second pass.
 */
void systally_guard_settle(void)
{
	unsigned int before = READ_ONCE(outages);

	if (!armed || READ_ONCE(settled) || !works())
		return;
	synchronize_rcu_tasks();
	systally_tracepoint_pass(TRACEPOINT_PROCESS_FORK);
	schedule_timeout_uninterruptible(HZ / 10);
	systally_tracepoint_pass(TRACEPOINT_PROCESS_FORK);
	if (!works() || READ_ONCE(outages) != before)
		return;
	WRITE_ONCE(settled, true);
	/* An outage that came between is seen now, or clears it after us. */
	smp_mb();
	if (READ_ONCE(outages) != before)
		WRITE_ONCE(settled, false);
}

static int failed(const char *symbol, int err)
{
	scnprintf(failure, sizeof(failure), "no kprobe on %s: error %d",
		  symbol, err);
	return err;
}

static int place_entries(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(symbols); i++) {
		entries[i].symbol_name = symbols[i];
		entries[i].pre_handler = before_entry;
		entry_ptrs[i] = &entries[i];
		err = register_kprobe(&entries[i]);
		if (err) {
			unregister_kprobes(entry_ptrs, i);
			return failed(symbols[i], err);
		}
	}
	return 0;
}

static int place_returns(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(symbols); i++) {
		returns[i].kp.symbol_name = symbols[i];
		returns[i].entry_handler = before_return;
		returns[i].handler = at_return;
		returns[i].maxactive = INSTANCES;
		return_ptrs[i] = &returns[i];
		err = register_kretprobe(&returns[i]);
		if (err) {
			unregister_kretprobes(return_ptrs, i);
			return failed(symbols[i], err);
		}
	}
	return 0;
}

int systally_guard_arm(void (*newcomer)(void))
{
	int err;

	announce = newcomer;
	canary_kp.addr = (void *)canary;
	canary_kp.pre_handler = sing;
	err = register_kprobe(&canary_kp);
	if (err)
		return failed("the module's own text", err);
	/* A kretprobe that comes later runs earlier: that it was missed is
	 * known when its kprobe announces (add_new_kprobe() in
	 * kernel/kprobes.c).
	 */
	err = place_entries();
	if (err)
		goto err_canary;
	err = place_returns();
	if (err)
		goto err_entries;
	armed = true;
	return 0;

err_entries:
	unregister_kprobes(entry_ptrs, ARRAY_SIZE(entry_ptrs));
err_canary:
	unregister_kprobe(&canary_kp);
	return err;
}

void systally_guard_disarm(void)
{
	if (!armed)
		return;
	armed = false;
	unregister_kretprobes(return_ptrs, ARRAY_SIZE(return_ptrs));
	unregister_kprobes(entry_ptrs, ARRAY_SIZE(entry_ptrs));
	unregister_kprobe(&canary_kp);
}
