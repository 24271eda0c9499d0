// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another module that asks systally, as SystemTap's modules do. It looks the
 * functions of module/query.h up by name at load, and calls them in the
 * contexts that are hardest for them. Guest tests load it beside systally and
 * use the file systally_test_query in debugfs. They write a question to the
 * file and read the answer, one line, from the same open file:
 *
 *	calls TGID CALL		-> ERROR, or 0 COUNT ERRORS TOTAL_NS MAX_NS
 *	hottest EXCEPT		-> what the function returned
 *	add TGID, remove TGID, is TGID	-> the same
 *	flood TGID N		`add` N times with interrupts off -> how many
 *				were accepted, how many failed with EAGAIN
 *	watch TGID CALL N	asks N times, with short pauses, on all CPUs in
 *				turn -> how often the count went backwards, how
 *				often the answer was an error, the first count,
 *				the last count
 *	inside TGID CALL	asks from a kprobe where systally has interrupts
 *				off, because it holds its lock -> as calls
 *	emptied TGID CALL	asks from a kprobe each time systally is about
 *				to empty a table, until the count is 0 -> as
 *				calls
 *
 * All others are asked with interrupts off, or in an interrupt.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/processor-flags.h>

/* As enum query_sum in module/query.h, which this module does not include */
enum { COUNT, ERRORS, TOTAL_NS, MAX_NS, SUMS };

static int (*query_calls)(u32 tgid, const char *calls, u64 *sums);
static int (*query_hottest)(u32 but);
static int (*query_target)(u32 tgid, bool add);
static int (*query_is_target)(u32 tgid);

static const struct {
	const char *name;
	void **function;
} functions[] = {
	{ "systally_query_calls", (void **)&query_calls },
	{ "systally_query_hottest", (void **)&query_hottest },
	{ "systally_query_target", (void **)&query_target },
	{ "systally_query_is_target", (void **)&query_is_target },
};

struct question {
	char word[16];
	u32 tgid;
	char call[32];
	int times;
	int answer; /* what systally returned */
	u64 sums[SUMS];
	int taken, refused;
};

/* The answer in an open file. Used by one task at a time. */
struct asker {
	char text[128];
	size_t bytes;
	loff_t at;
};

/* Interrupts off */
static void ask(void *with)
{
	struct question *q = with;
	int i, err;

	if (!strcmp(q->word, "hottest")) {
		q->answer = query_hottest(q->tgid);
	} else if (!strcmp(q->word, "add")) {
		q->answer = query_target(q->tgid, true);
	} else if (!strcmp(q->word, "remove")) {
		q->answer = query_target(q->tgid, false);
	} else if (!strcmp(q->word, "is")) {
		q->answer = query_is_target(q->tgid);
	} else if (!strcmp(q->word, "flood")) {
		for (i = 0; i < q->times; i++) {
			err = query_target(q->tgid, true);
			q->taken += !err;
			q->refused += err == -EAGAIN;
		}
	} else {
		q->answer = query_calls(q->tgid, q->call, q->sums);
	}
}

static void ask_here(struct question *q)
{
	unsigned long flags;

	local_irq_save(flags);
	ask(q);
	local_irq_restore(flags);
}

static int calls_print(const struct question *q, struct asker *asker)
{
	if (q->answer)
		return scnprintf(asker->text, sizeof(asker->text), "%d\n",
				 q->answer);
	return scnprintf(asker->text, sizeof(asker->text),
			 "0 %llu %llu %llu %llu\n", q->sums[COUNT],
			 q->sums[ERRORS], q->sums[TOTAL_NS], q->sums[MAX_NS]);
}

static int watch(struct question *q, struct asker *asker)
{
	int i, cpu = -1, backwards = 0, failed = 0, asked = 0;
	u64 first = 0, last = 0;

	for (i = 0; i < q->times; i++) {
		if (signal_pending(current))
			return -EINTR;
		/* In an interrupt, but every second time on this CPU */
		cpu = cpumask_next(cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids || i % 2)
			ask_here(q);
		else if (smp_call_function_single(cpu, ask, q, 1))
			return -ENXIO;
		if (cpu >= nr_cpu_ids)
			cpu = -1;
		if (q->answer) {
			failed++;
		} else {
			if (!asked++)
				first = q->sums[COUNT];
			else if (q->sums[COUNT] < last)
				backwards++;
			last = q->sums[COUNT];
		}
		usleep_range(50, 100);
	}
	return scnprintf(asker->text, sizeof(asker->text), "%d %d %llu %llu\n",
			 backwards, failed, first, last);
}

/* A probe on a function of systally asks the question; one at a time. */
static DEFINE_MUTEX(inside_mutex);
static struct question *inside_question;
static atomic_t inside_turn; /* 1: to ask; 2: asking; 3: asked */

/* On table_insert(), which is called for each row that is moved, and others */
static int on_insert(struct kprobe *probe, struct pt_regs *regs)
{
	/* The hooks' handlers call it as well, with interrupts on. */
	if (regs->flags & X86_EFLAGS_IF ||
	    atomic_cmpxchg(&inside_turn, 1, 2) != 1)
		return 0;
	ask(inside_question);
	atomic_set_release(&inside_turn, 3);
	return 0;
}

static int on_clean(struct kprobe *probe, struct pt_regs *regs)
{
	struct question *q = inside_question;

	if (atomic_cmpxchg(&inside_turn, 1, 2) != 1)
		return 0;
	ask(q);
	atomic_set_release(&inside_turn, q->answer || q->sums[COUNT] ? 1 : 3);
	return 0;
}

static int inside(struct question *q, struct asker *asker, const char *symbol,
		  kprobe_pre_handler_t handler)
{
	struct kprobe probe = {
		.symbol_name = symbol,
		.pre_handler = handler,
	};
	unsigned long end = jiffies + 20 * HZ;
	int err;

	mutex_lock(&inside_mutex);
	inside_question = q;
	atomic_set(&inside_turn, 1);
	err = register_kprobe(&probe);
	if (!err) {
		while (atomic_read_acquire(&inside_turn) != 3 &&
		       time_before(jiffies, end))
			usleep_range(1000, 2000);
		unregister_kprobe(&probe);
		if (atomic_read(&inside_turn) != 3)
			err = -ETIMEDOUT;
	}
	mutex_unlock(&inside_mutex);
	return err ?: calls_print(q, asker);
}

/* Returns the bytes of the answer, or an error of the test's own. */
static int question_ask(const char *text, struct asker *asker)
{
	struct question q = {};
	int words;

	words = sscanf(text, "%15s %u %31s %d", q.word, &q.tgid, q.call,
		       &q.times);
	if (words == 4 && !strcmp(q.word, "watch"))
		return watch(&q, asker);
	if (words == 3 && !strcmp(q.word, "inside"))
		return inside(&q, asker, "systally:table_insert", on_insert);
	if (words == 3 && !strcmp(q.word, "emptied"))
		return inside(&q, asker, "systally:table_clean", on_clean);
	if (words == 3 && !strcmp(q.word, "flood")) {
		if (kstrtoint(q.call, 10, &q.times))
			return -EINVAL;
		ask_here(&q);
		return scnprintf(asker->text, sizeof(asker->text), "%d %d\n",
				 q.taken, q.refused);
	}
	if (words == 3 && !strcmp(q.word, "calls")) {
		ask_here(&q);
		return calls_print(&q, asker);
	}
	if (words != 2 || (strcmp(q.word, "hottest") && strcmp(q.word, "add") &&
			   strcmp(q.word, "remove") && strcmp(q.word, "is")))
		return -EINVAL;
	ask_here(&q);
	return scnprintf(asker->text, sizeof(asker->text), "%d\n", q.answer);
}

static int query_open(struct inode *inode, struct file *file)
{
	file->private_data = kzalloc(sizeof(struct asker), GFP_KERNEL);
	if (!file->private_data)
		return -ENOMEM;
	return nonseekable_open(inode, file);
}

static ssize_t query_write(struct file *file, const char __user *from,
			   size_t bytes, loff_t *pos)
{
	struct asker *asker = file->private_data;
	char *text;
	int bytes_or_error;

	if (bytes > 128)
		return -E2BIG;
	text = memdup_user_nul(from, bytes);
	if (IS_ERR(text))
		return PTR_ERR(text);
	bytes_or_error = question_ask(text, asker);
	kfree(text);
	if (bytes_or_error < 0)
		return bytes_or_error;
	asker->bytes = bytes_or_error;
	asker->at = 0;
	return bytes;
}

static ssize_t query_read(struct file *file, char __user *to, size_t bytes,
			  loff_t *pos)
{
	struct asker *asker = file->private_data;

	return simple_read_from_buffer(to, bytes, &asker->at, asker->text,
				       asker->bytes);
}

static int query_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations query_fops = {
	.owner = THIS_MODULE,
	.open = query_open,
	.read = query_read,
	.write = query_write,
	.release = query_release,
};

static struct dentry *dentry;

static void functions_put(unsigned int count)
{
	while (count)
		__symbol_put(functions[--count].name);
}

static int __init query_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		*functions[i].function = __symbol_get(functions[i].name);
		if (!*functions[i].function) {
			functions_put(i);
			return -ENOENT;
		}
	}
	dentry = debugfs_create_file("systally_test_query", 0600, NULL, NULL,
				     &query_fops);
	return 0;
}

static void __exit query_exit(void)
{
	debugfs_remove(dentry);
	functions_put(ARRAY_SIZE(functions));
}

module_init(query_init);
module_exit(query_exit);
MODULE_DESCRIPTION("Asks systally in its tests");
MODULE_AUTHOR("The systally authors");
MODULE_LICENSE("GPL");
