// SPDX-License-Identifier: GPL-2.0-only
/*
 * Detects other tracers before they register a handler.
 *
 * perf, ftrace's events, BPF and other modules all put a handler on a
 * tracepoint through one of a few functions of kernel/tracepoint.c (the
 * registrars). Each registrar has two probes here. A kprobe at its entry
 * reports the tracer before its handler is on the tracepoint's list. A
 * kretprobe tells how long the handler may still be missing from that list. A
 * kretprobe can run out of instances, so it cannot replace the kprobe.
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
 * How many registrations, on any tracepoint, the kretprobes can follow at the
 * same time. If there are more, the kernel counts those that were missed
 * (nmissed), and the guard does not know when they end.
 */
#define INSTANCES 64

static const char *const symbols[] = { COMPAT_TRACEPOINT_REGISTRARS };

static struct kprobe entries[ARRAY_SIZE(symbols)];
static struct kretprobe returns[ARRAY_SIZE(symbols)];
static struct kprobe *entry_ptrs[ARRAY_SIZE(symbols)];
static struct kretprobe *return_ptrs[ARRAY_SIZE(symbols)];
/* Set before the probes are placed. Called by their handlers. */
static void (*on_tracer)(void);

/* Registrations in progress. Written by the probes' handlers, in any task. */
static atomic_t registering;

static bool armed;
static char failure[80] = "not armed";

/*
 * True when no registration can have bypassed the guard. Set by
 * systally_guard_settle(), cleared by systally_guard_blind().
 */
static bool settled;

/*
 * The registrations that the kretprobes had missed when the guard settled: they
 * have ended. Written by systally_guard_settle(), read in any context.
 */
static unsigned long missed_settled;

/*
 * How often systally_guard_blind() found the probes turned off. It counts first
 * and clears `settled` then; systally_guard_settle() sets `settled` first and
 * looks at the count then. So an outage that comes between is noticed by one of
 * them. Both functions have one caller at a time.
 */
static unsigned int outages;

/*
 * At a registrar's first instruction: whether somebody else's handler is about
 * to be registered on one of our tracepoints.
 */
static bool is_other_tracer(struct pt_regs *regs)
{
	void *tp = (void *)regs_get_kernel_argument(regs, 0);
	void *handler = (void *)regs_get_kernel_argument(regs, 1);

	return systally_tracepoint_is_foreign(tp, handler);
}

static int before_entry(struct kprobe *kp, struct pt_regs *regs)
{
	if (is_other_tracer(regs))
		on_tracer();
	return 0;
}
NOKPROBE_SYMBOL(before_entry);

static int before_return(struct kretprobe_instance *instance,
			 struct pt_regs *regs)
{
	/* 1 frees the instance, and at_return() is not called. */
	if (!is_other_tracer(regs))
		return 1;
	/* Count first, report then: systally_guard_busy() must be true before
	 * the report is acted upon, so that nobody undoes that too early.
	 */
	atomic_inc(&registering);
	/* Pairs with the xchg() in enter(), selective.c. */
	smp_mb__after_atomic();
	on_tracer();
	return 0;
}
NOKPROBE_SYMBOL(before_return);

static int at_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	/* The new handler must be visible to any CPU that reads
	 * registering == 0. Pairs with the acquire in systally_guard_busy().
	 */
	smp_mb__before_atomic();
	atomic_dec(&registering);
	return 0;
}
NOKPROBE_SYMBOL(at_return);

/*
 * The self-test: a function of our own has a kprobe of the same kind. Turning
 * kprobes or ftrace off stops this one, too. Written by that kprobe's handler;
 * read in process context by one caller at a time, who makes the calls.
 */
static atomic_t selftest_hits;

static noinline void selftest_target(void)
{
	/* Keeps the compiler from removing calls of an empty function */
	asm volatile("");
}

static int on_selftest(struct kprobe *kp, struct pt_regs *regs)
{
	atomic_inc(&selftest_hits);
	return 0;
}
NOKPROBE_SYMBOL(on_selftest);

static struct kprobe selftest_kp;

/* Returns true if the self-test's kprobe was hit. */
static bool selftest(void)
{
	int before = atomic_read(&selftest_hits);

	selftest_target();
	return atomic_read(&selftest_hits) != before;
}

/* The registrations that the kretprobes have missed */
static unsigned long missed(void)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(returns); i++)
		sum += READ_ONCE(returns[i].nmissed);
	return sum;
}

/* Whether a registration that was missed may still be in progress */
static bool is_lost(void)
{
	return missed() != READ_ONCE(missed_settled);
}

const char *systally_guard_blind(void)
{
	if (!armed)
		return failure;
	if (!selftest()) {
		/* In this order, see `outages`. */
		WRITE_ONCE(outages, outages + 1);
		smp_wmb();
		WRITE_ONCE(settled, false);
		return "kprobes or ftrace are turned off";
	}
	if (is_lost()) {
		WRITE_ONCE(settled, false);
		return "many tracers have registered at once: waiting for them";
	}
	if (!READ_ONCE(settled))
		return "the guard is not ready yet";
	return NULL;
}

bool systally_guard_busy(void)
{
	return is_lost() || atomic_read_acquire(&registering);
}

/*
 * A task that entered a registrar before the probes were there, while they were
 * turned off, or without an instance of the kretprobe, may still be inside.
 * Either it is preempted there, which synchronize_rcu_tasks() covers, or it
 * holds tracepoints_mutex or waits for it. Taking that mutex once waits for the
 * holder. Mutexes are not fair, so a task that waits beside us may get it later:
 * take it twice.
 */
void systally_guard_settle(void)
{
	unsigned long missed_before = missed();
	unsigned int before = READ_ONCE(outages);

	if (!armed || READ_ONCE(settled) || !selftest())
		return;
	synchronize_rcu_tasks();
	systally_tracepoint_pass();
	schedule_timeout_uninterruptible(HZ / 10);
	systally_tracepoint_pass();
	if (!selftest() || READ_ONCE(outages) != before)
		return;
	/* If one was missed meanwhile, systally_guard_blind() finds it. */
	WRITE_ONCE(missed_settled, missed_before);
	WRITE_ONCE(settled, true);
	/* See `outages`. Pairs with the smp_wmb() in systally_guard_blind(). */
	smp_mb();
	if (READ_ONCE(outages) != before)
		WRITE_ONCE(settled, false);
}

static int failed(const char *symbol, int err)
{
	scnprintf(failure, sizeof(failure), "no kprobe on %s: error %d", symbol,
		  err);
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

int systally_guard_arm(void (*tracer_callback)(void))
{
	int err;

	on_tracer = tracer_callback;
	selftest_kp.addr = (void *)selftest_target;
	selftest_kp.pre_handler = on_selftest;
	err = register_kprobe(&selftest_kp);
	if (err)
		return failed("the module's own text", err);
	/* Kretprobes after kprobes: of two probes on one address, the one that
	 * was registered later runs earlier (add_new_kprobe() in
	 * kernel/kprobes.c). So `registering` or nmissed is up to date when the
	 * kprobe reports.
	 */
	err = place_entries();
	if (err)
		goto err_selftest;
	err = place_returns();
	if (err)
		goto err_entries;
	armed = true;
	return 0;

err_entries:
	unregister_kprobes(entry_ptrs, ARRAY_SIZE(entry_ptrs));
err_selftest:
	unregister_kprobe(&selftest_kp);
	return err;
}

void systally_guard_disarm(void)
{
	if (!armed)
		return;
	armed = false;
	unregister_kretprobes(return_ptrs, ARRAY_SIZE(return_ptrs));
	unregister_kprobes(entry_ptrs, ARRAY_SIZE(entry_ptrs));
	unregister_kprobe(&selftest_kp);
}
