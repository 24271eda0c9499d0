// SPDX-License-Identifier: GPL-2.0-only
/*
 * The directory in debugfs: names, modes, rights, and the writing of control
 * files. Called by main.c.
 */
#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "abi.h"
#include "clock.h"
#include "control.h"
#include "debugfs.h"
#include "parse.h"
#include "results.h"

/* ` x86-64` and so on, for the README */
#define ABI_WORD(id, name)	" " name

static const char readme[] =
"systally counts system calls by process.\n"
"\n"
"Controls: write to set, read to see. One write() is one command; a trailing\n"
"newline is fine. Each is a parameter of the module as well.\n"
"  enabled   0 or 1: whether anything is hooked at all\n"
"  targets   pids to count, in the writer's pid namespace. PID... replaces the\n"
"            list, +PID and -PID add and remove; `all`; `none`. Any thread's id\n"
"            stands for its process. Reading lists init-namespace tgids.\n"
"  follow    0 or 1: children of targets become targets\n"
"  syscalls  calls to count: names, or numbers of the first ABI; ABI:name or\n"
"            ABI:number for one ABI; `all`. ABIs:" ARCH_ABI_TABLE(ABI_WORD) "\n"
"  collect   count: entries only\n"
"            time: also errors, total and longest time, calls in flight\n"
"            hist: also histograms of times, per process and call\n"
"  hook      auto, tracepoint, kprobe, direct. Reading tells which is in force and\n"
"            why. auto: direct to count all calls of all processes, kprobe to\n"
"            count a few; the tracepoint for all else, and where the better one\n"
"            cannot be had. direct: only with collect=count, and on kernels where\n"
"            ftrace can call from the start of the function that hands out the\n"
"            calls; does not see calls with a number that the kernel has not.\n"
"  threads   0 or 1: keep rows per thread (adds the column tid to counters)\n"
"  reset     write 1: start anew. No call is lost or counted twice across it.\n"
"\n"
"Results: exact also while calls are being counted. All counts that are read from\n"
"one open counters, errors, snapshot or status are of one moment.\n"
"  counters  tgid comm abi nr name count errors total_ns max_ns. tgid 0: exited\n"
"            processes of one comm, folded to stay below memory_max_bytes. A call\n"
"            is counted when it is entered.\n"
"  errors    tgid abi nr errno count (collect=time, hist)\n"
"  inflight  tid tgid abi nr name since_ns: calls entered and not left\n"
"            (collect=time, hist)\n"
"  snapshot  counters, errors and histograms in binary, see include/systally.h\n"
"  status    key: value lines\n"
"              state           off: nothing is hooked. selective: only targets pass\n"
"                              the hook, nobody else notices anything. shared: all\n"
"                              processes pass it, targets are counted.\n"
"              selective       yes, or no and why. It is given up before another\n"
"                              tracer is let on to sys_enter or sys_exit, and\n"
"                              taken up again soon after the last one has gone.\n"
"              entered         calls seen; == tallied + unattributed, always\n"
"              tallied         sum of count over all rows\n"
"              unattributed    calls with no row for want of memory, then by name\n"
"              orphan_exits    exits whose entry was not seen: a fork's child, or\n"
"                              a call that was blocked since before\n"
"              untimed         exits whose time, error or bucket has no row\n"
"              discarded       calls that resets threw away\n"
"              generation      number of resets\n"
"              kprobes         functions probed now\n"
"              kprobe_missed   calls that a kprobe did not see\n"
"              foreign_probes  other tracers' probes on sys_enter and sys_exit\n"
"              clock           what times are taken with: " ARCH_CLOCK_NAME " or sched\n"
"              memory_bytes    in use now; at most memory_max_bytes\n"
"\n"
"A write that fails changes nothing:\n"
"  EINVAL      malformed\n"
"  ESRCH       no such process\n"
"  ENOENT      no such system call\n"
"  E2BIG       more than 4096 bytes in one write\n"
"  EPERM       without CAP_SYS_ADMIN, whatever the file's mode\n"
"  EOPNOTSUPP  not with this kernel, or these settings; the kernel log says what\n"
"  EBUSY       another tracer has what hook=direct needs; it has one owner\n"
"  ENOMEM      no memory, or memory_max_bytes is reached\n";

static ssize_t readme_read(struct file *file, char __user *to, size_t bytes,
			   loff_t *pos)
{
	return simple_read_from_buffer(to, bytes, pos, readme,
				       sizeof(readme) - 1);
}

static const struct file_operations readme_fops = {
	.owner = THIS_MODULE,
	.read = readme_read,
	.llseek = default_llseek,
};

/* A control's inode carries its enum control_id. */
static enum control_id inode_control(const struct inode *inode)
{
	return (enum control_id)(unsigned long)inode->i_private;
}

static int control_show(struct seq_file *seq, void *v)
{
	return systally_control_show((enum control_id)(unsigned long)
				     seq->private, seq);
}

static int control_open(struct inode *inode, struct file *file)
{
	return single_open(file, control_show, inode->i_private);
}

/*
 * Both who opened the file and who writes must have the right: neither may a
 * privileged program be led to write to a file that it was handed, nor an
 * open file be passed on.
 */
static bool may_write(const struct file *file)
{
	return file_ns_capable(file, &init_user_ns, CAP_SYS_ADMIN) &&
	       capable(CAP_SYS_ADMIN);
}

static ssize_t control_write(struct file *file, const char __user *from,
			     size_t bytes, loff_t *pos)
{
	char *text;
	int err;

	if (!may_write(file))
		return -EPERM;
	if (bytes > PARSE_MAX_BYTES)
		return -E2BIG;
	text = memdup_user_nul(from, bytes);
	if (IS_ERR(text))
		return PTR_ERR(text);
	if (strlen(text) != bytes)
		err = -EINVAL;
	else
		err = systally_control_set(inode_control(file_inode(file)),
					   text);
	kfree(text);
	return err ?: bytes;
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = control_open,
	.read = seq_read,
	.write = control_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static const struct file_operations write_only_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = control_write,
};

static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
} results[] = {
	{ "README", 0444, &readme_fops },
	{ "counters", 0400, &systally_counters_fops },
	{ "errors", 0400, &systally_errors_fops },
	{ "inflight", 0400, &systally_inflight_fops },
	{ "snapshot", 0400, &systally_snapshot_fops },
	{ "status", 0400, &systally_status_fops },
};

static struct dentry *directory;

void systally_debugfs_init(void)
{
	unsigned long i;

	directory = debugfs_create_dir("systally", NULL);
	if (IS_ERR(directory))
		pr_info("no debugfs: set module parameters instead\n");
	for (i = 0; i < ARRAY_SIZE(results); i++)
		debugfs_create_file(results[i].name, results[i].mode, directory,
				    NULL, results[i].fops);
	for (i = 0; i < CONTROLS; i++)
		debugfs_create_file(systally_control_name(i),
				    i == CONTROL_RESET ? 0200 : 0600, directory,
				    (void *)i, i == CONTROL_RESET ?
				    &write_only_fops : &control_fops);
}

void systally_debugfs_exit(void)
{
	debugfs_remove(directory);
}
