// SPDX-License-Identifier: GPL-2.0-only
/*
 * The uprobe of a user function: where the kernel puts it, and what it counts.
 */
#include <linux/mm_types.h>
#include <linux/preempt.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "arch_call.h"
#include "function_event.h"
#include "function_probe.h"
#include "session.h"

/* Whether a session counts this function in a process. */
static bool counts(const struct function_probe *probe, u32 tgid)
{
	bool any;

	preempt_disable_notrace();
	any = systally_session_calls(tgid, ABI_FUNCTION, probe->nr);
	preempt_enable_notrace();
	return any;
}

/*
 * The same for the process that @mm belongs to. Without memory cgroups, the kernel
 * does not keep whose it is; then each may be a target's.
 */
static bool counts_in(const struct function_probe *probe,
		      const struct mm_struct *mm)
{
#ifdef CONFIG_MEMCG
	const struct task_struct *owner;
	bool any;

	rcu_read_lock();
	owner = rcu_dereference(mm->owner);
	any = owner && counts(probe, owner->tgid);
	rcu_read_unlock();
	return any;
#else
	return systally_target_any();
#endif
}

/*
 * Whether a process that maps the file gets the probe. Called when a consumer
 * is added or removed, and when a process maps the file.
 */
static bool is_for(struct uprobe_consumer *self,
		   COMPAT_UPROBE_FILTER_CONTEXT struct mm_struct *mm)
{
	return counts_in(
		container_of(self, struct function_probe, counts.consumer), mm);
}

/* The same, for the consumer that asks again */
static bool is_asked_for(struct uprobe_consumer *self,
			 COMPAT_UPROBE_FILTER_CONTEXT struct mm_struct *mm)
{
	return counts_in(
		container_of(self, struct function_probe, asks.consumer), mm);
}

/*
 * Whether current, in which the function is not counted, runs in the memory of
 * another process in which it may be: after vfork() and before exec, or as some
 * programs clone.
 */
static bool is_in_others_memory(const struct function_probe *probe)
{
	return current->vfork_done ||
	       (IS_ENABLED(CONFIG_MEMCG) && counts_in(probe, current->mm));
}

/*
 * A child of a target has copies of its probes, until it runs into them: then
 * they are removed from its memory, if it has its own.
 */
static int on_entry(struct uprobe_consumer *self,
		    struct pt_regs *regs COMPAT_UPROBE_DATA)
{
	const struct function_probe *probe =
		container_of(self, struct function_probe, counts.consumer);
	struct frame frame = {
		.sp = user_stack_pointer(regs),
		.nr = probe->nr,
	};

	if (!counts(probe, current->tgid))
		return is_in_others_memory(probe) ? 0 : UPROBE_HANDLER_REMOVE;
	if (probe->tls && self->ret_handler)
		systally_tls_entered(&frame, probe->tls, regs);
	systally_function_entered(
		&frame,
		self->ret_handler && systally_target_traced(current->tgid));
	return 0;
}

static int on_return(struct uprobe_consumer *self, unsigned long entry,
		     struct pt_regs *regs COMPAT_UPROBE_DATA)
{
	const struct function_probe *probe =
		container_of(self, struct function_probe, counts.consumer);

	if (systally_target_traced(current->tgid))
		systally_function_returned(probe->nr, regs);
	return 0;
}

/* Leaves the decision about the probe to the other consumer. */
static int on_asking(struct uprobe_consumer *self,
		     struct pt_regs *regs COMPAT_UPROBE_DATA)
{
	return UPROBE_HANDLER_REMOVE;
}

static enum placing possible(const struct function_probe *probe,
			     enum placing placing)
{
	return placing == PLACED_RETURNS && probe->count_only ? PLACED_ENTRY :
								placing;
}

bool systally_function_probe_is(const struct function_probe *probe,
				enum placing placing)
{
	return probe->placing == possible(probe, placing);
}

int systally_function_probe_place(struct function_probe *probe,
				  struct inode *inode, enum placing placing)
{
	int err;

	placing = possible(probe, placing);
	if (probe->placing == placing || placing == PLACED_NOT)
		return 0;
	probe->counts = (struct compat_uprobe){
		.consumer = {
			.handler = on_entry,
			.ret_handler =
				placing == PLACED_RETURNS ? on_return : NULL,
			.filter = is_for,
		},
	};
	err = compat_uprobe_register(inode, probe->offset, &probe->counts);
	if (!err)
		probe->placing = placing;
	return err;
}

void systally_function_probe_remove(struct function_probe *probe,
				    struct inode *inode)
{
	if (probe->placing == PLACED_NOT)
		return;
	compat_uprobe_unregister(inode, probe->offset, &probe->counts);
	probe->placing = PLACED_NOT;
}

/*
 * The kernel asks the filters when a consumer comes or goes. A second consumer
 * that does so makes it ask again, while the first one counts on.
 */
int systally_function_probe_ask_again(struct function_probe *probe,
				      struct inode *inode)
{
	int err;

	probe->asks = (struct compat_uprobe){
		.consumer = { .handler = on_asking, .filter = is_asked_for },
	};
	err = compat_uprobe_register(inode, probe->offset, &probe->asks);
	if (!err)
		compat_uprobe_unregister(inode, probe->offset, &probe->asks);
	return err;
}
