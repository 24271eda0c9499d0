// SPDX-License-Identifier: GPL-2.0-only
/*
 * The directory in debugfs: names, modes, rights, and writes to control files.
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

/* The ABIs' names for the README, each after a space */
#define ABI_WORD(id, name) " " name

/* clang-format off */
static const char readme[] =
"systally counts system calls by process.\n"
"\n"
"The files here are those of the default session. Others can count at the same\n"
"time, each in a session of its own:\n"
"  sessions/new   opening this file begins a session; reading it gives the name.\n"
"                 The session ends when the file is closed, also by kill -9.\n"
"  sessions/NAME/ the same files for that session, except README, enabled and\n"
"                 hook, which are for all sessions. It begins with the settings of\n"
"                 a bare insmod, and with counters that are 0.\n"
"Each session counts its own targets and calls, from the moment at which it asks\n"
"for them. Eight sessions can have targets at the same time.\n"
"\n"
"Controls: write to set, read to see. One write() is one command; a newline at the\n"
"end is allowed. Each control but reset is also a parameter of the module, for the\n"
"default session.\n"
"  enabled   0 or 1: whether anything is hooked at all\n"
"  targets   the processes to count, by pids of the writer's pid namespace. PID...\n"
"            replaces the list, +PID adds, -PID removes; `all`; `none`. The id of\n"
"            any thread stands for its process. Reading lists the pids of the\n"
"            init namespace.\n"
"            Rules may stand in the list instead of pids: cgroup:PATH (a control\n"
"            group, and all below it, as the writer's cgroup namespace has it),\n"
"            uid:N (the effective user, in the init user namespace), comm:NAME.\n"
"            They hold for processes that live now, and at fork, exec, a change of\n"
"            the user and of the group. \\xHH in PATH and NAME is a byte. A session\n"
"            can have 64 rules. Reading lists them first.\n"
"  follow    0 or 1: whether children of targets become targets\n"
"  syscalls  the calls to count: names, or numbers of the first ABI; ABI:name or\n"
"            ABI:number for one ABI; `all`. ABIs:" ARCH_ABI_TABLE(ABI_WORD) "\n"
"  functions the user functions to count beside the calls: lines NAME OFFSET PATH,\n"
"            where OFFSET is of the file PATH; `none`. A + before the first NAME\n"
"            adds. Their rows have the ABI `function`. OFFSET:count never times\n"
"            the function: for those whose return address must not change.\n"
"            Another OFFSET:KIND says what a function of a TLS library does: read\n"
"            or write, if it returns the number of bytes; read_bool or\n"
"            write_bool, if it returns 1 and its fourth argument points to the\n"
"            number; free. With collect=time or hist, snapshot has their bytes,\n"
"            and those of their system calls, by descriptor\n"
"  collect   count: entries only\n"
"            time: also errors, total and longest time, and calls in flight\n"
"            hist: also histograms of times, per process and call\n"
"  hook      auto, tracepoint, kprobe, direct. Reading shows which hook is set, and\n"
"            why. auto takes direct to count all or chosen calls of all\n"
"            processes; where that is not possible, kprobe to count a few. It\n"
"            takes tracepoint in all other cases. direct needs collect=count and\n"
"            Linux 5.16 or later. Where it counts all calls in x64_sys_call(), it\n"
"            does not see calls with a number beyond the kernel's table.\n"
"            Where one session counts all processes, and another keeps times of\n"
"            some, auto counts these by the tracepoint, and all others by direct.\n"
"  threads   0 or 1: whether rows are kept per thread (adds the column tid to\n"
"            counters)\n"
"  reset     write 1: set all counters to 0. No call is lost or counted twice.\n"
"\n"
"Results: exact, also while calls are being counted. All counts that are read from\n"
"one open file (counters, errors, snapshot or status) are of one moment.\n"
"  counters  tgid comm abi nr name count errors total_ns max_ns. A call is counted\n"
"            when it is entered. tgid 0: processes of one comm that have exited,\n"
"            added up in one row to stay below memory_max_bytes.\n"
"  errors    tgid abi nr errno count (with collect=time or hist)\n"
"  inflight  tid tgid abi nr name since_ns: calls that were entered and have not\n"
"            returned (with collect=time or hist)\n"
"  snapshot  counters, errors and histograms in binary form, each row with the\n"
"            facts of its process when the calls were made: effective user, control\n"
"            group, executable, parent; include/systally.h describes it. To stay\n"
"            below memory_max_bytes, rows of processes that have exited and have\n"
"            the same comm, user, group and executable become one; if that is not\n"
"            enough, all of one comm, and their facts are dropped.\n"
"  status    lines of the form key: value\n"
"              state           off: nothing is hooked. selective: only targets pass\n"
"                              the hook, other processes pay nothing. shared: all\n"
"                              processes pass the hook, targets are counted.\n"
"              selective       yes, or no and why. It ends before another tracer\n"
"                              is registered on sys_enter or sys_exit, and starts\n"
"                              again soon after the last one has gone.\n"
"              entered         calls seen; always tallied + unattributed\n"
"              tallied         sum of count over all rows\n"
"              unattributed    calls without a row, because memory_max_bytes was\n"
"                              reached; then the same for each call, by name\n"
"              denied          calls that a seccomp filter or a tracer answered, so\n"
"                              that they never ran: they are in no other number.\n"
"                              Then the same for each call, by name. Known only\n"
"                              with collect=time or hist and the tracepoint\n"
"              orphan_exits    exits whose entry was not seen: the first one of a\n"
"                              fork's child, or of a call that was blocked when\n"
"                              counting began\n"
"              untimed         exits whose time, error or bucket has no row\n"
"              discarded       calls that resets threw away\n"
"              generation      number of resets\n"
"              direct_sites    functions of calls that call this module now\n"
"              kprobes         functions that are probed now\n"
"              kprobe_missed   calls that a kprobe did not see\n"
"              uprobes         user functions that are probed now\n"
"              foreign_probes  probes of other tracers on sys_enter and sys_exit\n"
"              session         its name, or default; for others than the default\n"
"                              session then owner_pid (in the reader's pid\n"
"                              namespace) and owner_comm, who has begun it, and\n"
"                              since_ns, how long ago\n"
"              session_bytes   the memory of the session's counters now, of the\n"
"                              session_max_bytes that it may take\n"
"              clock           the clock that calls are timed with: " ARCH_CLOCK_NAME " or sched\n"
"              facts_lost      how often there was no memory at hand for the name of a\n"
"                              control group or executable: some processes have\n"
"                              none\n"
"              memory_bytes    the module's memory now; at most memory_max_bytes\n"
"\n"
"A write that fails changes nothing:\n"
"  EINVAL      malformed\n"
"  ESRCH       no such process\n"
"  ENOENT      no such system call; functions: no such file; targets: no such\n"
"              control group, or no such rule to remove\n"
"  EEXIST      functions: this name is another place's, or this place has another\n"
"              name or kind\n"
"  E2BIG       more than 4096 bytes in one write; more than 1022 functions; more\n"
"              than 64 rules\n"
"  EPERM       no CAP_SYS_ADMIN; the file's mode makes no difference\n"
"  EOPNOTSUPP  not possible with this kernel or these settings; the kernel log says\n"
"              why\n"
"  EBUSY       another tracer uses what hook=direct needs; only one can\n"
"  EUSERS      sessions/new: there are as many sessions as the parameter\n"
"              sessions_max allows; targets: eight sessions have targets already\n"
"  ENOMEM      no memory, or memory_max_bytes is reached\n";
/* clang-format on */

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

/* The control of a control file, as a number in i_private */
static void *control_number(const struct session *session, enum control_id id)
{
	return (void *)((unsigned long)systally_session_index(session) *
				CONTROLS +
			id);
}

static struct session *number_session(const void *number)
{
	return &systally_sessions[(unsigned long)number / CONTROLS];
}

static enum control_id number_control(const void *number)
{
	return (unsigned long)number % CONTROLS;
}

static int control_show(struct seq_file *seq, void *v)
{
	return systally_control_show(number_session(seq->private),
				     number_control(seq->private), seq);
}

static int control_open(struct inode *inode, struct file *file)
{
	return single_open(file, control_show, inode->i_private);
}

/*
 * Both the task that opened the file and the task that writes need the
 * capability. So a privileged program cannot be tricked into writing to a file
 * that it was given, and an open file is of no use to a task without it.
 */
static bool may_write(const struct file *file)
{
	return file_ns_capable(file, &init_user_ns, CAP_SYS_ADMIN) &&
	       capable(CAP_SYS_ADMIN);
}

static ssize_t control_write(struct file *file, const char __user *from,
			     size_t bytes, loff_t *pos)
{
	const void *number = file_inode(file)->i_private;
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
		err = systally_control_set(number_session(number),
					   number_control(number), text);
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
	const struct file_operations *fops;
} results[] = {
	{ "counters", &systally_counters_fops },
	{ "errors", &systally_errors_fops },
	{ "inflight", &systally_inflight_fops },
	{ "snapshot", &systally_snapshot_fops },
	{ "status", &systally_status_fops },
};

static struct dentry *directory, *sessions;

/* Creates the files of a session in a directory. */
static void create_files(struct session *session, struct dentry *in)
{
	enum control_id id;
	unsigned long i;

	for (i = 0; i < ARRAY_SIZE(results); i++)
		debugfs_create_file(results[i].name, 0400, in, session,
				    results[i].fops);
	for (id = 0; id < CONTROLS; id++) {
		if (session != systally_default_session &&
		    systally_control_is_global(id))
			continue;
		debugfs_create_file(systally_control_name(id),
				    id == CONTROL_RESET ? 0200 : 0600, in,
				    control_number(session, id),
				    id == CONTROL_RESET ? &write_only_fops :
							  &control_fops);
	}
}

/* The session of an open file `new`, and its directory */
struct new_session {
	struct session *session;
	struct dentry *directory;
};

static int new_open(struct inode *inode, struct file *file)
{
	struct new_session *new;

	if (!may_write(file))
		return -EPERM;
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	new->session = systally_control_begin();
	if (IS_ERR(new->session)) {
		int err = PTR_ERR(new->session);

		kfree(new);
		return err;
	}
	new->directory = debugfs_create_dir(new->session->name, sessions);
	if (IS_ERR(new->directory)) {
		int err = PTR_ERR(new->directory);

		systally_control_end(new->session);
		kfree(new);
		return err;
	}
	create_files(new->session, new->directory);
	file->private_data = new;
	return nonseekable_open(inode, file);
}

static ssize_t new_read(struct file *file, char __user *to, size_t bytes,
			loff_t *pos)
{
	const struct new_session *new = file->private_data;
	char line[SESSION_NAME_LEN + 1];
	int length = snprintf(line, sizeof(line), "%s\n", new->session->name);

	return simple_read_from_buffer(to, bytes, pos, line, length);
}

/*
 * Runs when the last descriptor of the file is closed, also of a process that
 * was killed.
 */
static int new_release(struct inode *inode, struct file *file)
{
	struct new_session *new = file->private_data;

	/* Waits for reads and writes that are in progress. */
	debugfs_remove(new->directory);
	systally_control_end(new->session);
	kfree(new);
	return 0;
}

static const struct file_operations new_fops = {
	.owner = THIS_MODULE,
	.open = new_open,
	.read = new_read,
	.release = new_release,
};

void systally_debugfs_init(void)
{
	directory = debugfs_create_dir("systally", NULL);
	if (IS_ERR(directory))
		pr_info("cannot create files in debugfs (error %ld): use module parameters instead\n",
			PTR_ERR(directory));
	debugfs_create_file("README", 0444, directory, NULL, &readme_fops);
	create_files(systally_default_session, directory);
	sessions = debugfs_create_dir("sessions", directory);
	debugfs_create_file("new", 0400, sessions, NULL, &new_fops);
}

void systally_debugfs_exit(void)
{
	debugfs_remove(directory);
}
