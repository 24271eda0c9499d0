// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files that show what was counted: counters, errors, snapshot, inflight,
 * status. All functions run in process context.
 */
#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>

#include "abi.h"
#include "clock.h"
#include "control.h"
#include "function.h"
#include "inflight.h"
#include "memory.h"
#include "name.h"
#include "results.h"
#include "session.h"
#include "syscalls.h"
#include "view.h"

/* An escaped byte takes four. */
#define COMM_WIDTH (4 * SYSTALLY_COMM_LEN + 1)

/*
 * Prints a comm as one column: white space, a backslash and bytes that are not
 * printable become \xHH. An empty comm becomes \x00. Returns @text.
 */
static const char *comm_column(const char *comm, char *text)
{
	char *to = text;
	int i;

	for (i = 0; i < SYSTALLY_COMM_LEN && comm[i]; i++) {
		if (isascii(comm[i]) && isgraph(comm[i]) && comm[i] != '\\')
			*to++ = comm[i];
		else
			to += sprintf(to, "\\x%02x", (unsigned char)comm[i]);
	}
	if (to == text)
		to += sprintf(to, "\\x00");
	*to = '\0';
	return text;
}

/* Room for the name of a call or a function */
#define LABEL_LEN SYSTALLY_FUNCTION_NAME_LEN

static_assert(SYSCALL_LABEL_LEN <= LABEL_LEN);

static const char *row_label(const struct systally_row *row, char *label)
{
	if (row->abi == SYSTALLY_ABI_FUNCTION)
		return systally_function_label(row->nr, label);
	return systally_syscall_label(systally_abi_from_row(row->abi),
				      row->nr == SYSTALLY_NR_OUT_OF_RANGE ?
					      KEY_NR_OUT_OF_RANGE :
					      row->nr,
				      label);
}

static const char *row_abi_name(const struct systally_row *row)
{
	return systally_abi_name(systally_abi_from_row(row->abi));
}

static bool has_tids(const struct view *view)
{
	return view->header.flags & SYSTALLY_THREADS;
}

static void show_counters_header(struct seq_file *seq, const struct view *view)
{
	seq_printf(seq, "%-7s %-15s %-6s %4s %-23s %15s %12s %18s %15s%s\n",
		   "tgid", "comm", "abi", "nr", "name", "count", "errors",
		   "total_ns", "max_ns", has_tids(view) ? "     tid" : "");
}

static void show_counters_row(struct seq_file *seq, const struct view *view,
			      const struct systally_row *row)
{
	char comm[COMM_WIDTH], label[LABEL_LEN];

	seq_printf(seq, "%-7u %-15s %-6s %4d %-23s %15llu %12llu %18llu %15llu",
		   row->tgid, comm_column(row->comm, comm), row_abi_name(row),
		   row->nr, row_label(row, label), row->count, row->errors,
		   row->total_ns, row->max_ns);
	if (has_tids(view))
		seq_printf(seq, " %7u", row->tid);
	seq_putc(seq, '\n');
}

static void show_errors_header(struct seq_file *seq, const struct view *view)
{
	seq_printf(seq, "%-7s %-6s %4s %5s %15s\n", "tgid", "abi", "nr",
		   "errno", "count");
}

static void show_errors_row(struct seq_file *seq, const struct view *view,
			    const struct systally_row *row)
{
	seq_printf(seq, "%-7u %-6s %4d %5u %15llu\n", row->tgid,
		   row_abi_name(row), row->nr, row->error, row->count);
}

/* A file with a table of text: one section of a view. */
struct rows_file {
	enum view_rows what; /* VIEW_CALLS or VIEW_ERRORS */
	void (*show_header)(struct seq_file *seq, const struct view *view);
	void (*show_row)(struct seq_file *seq, const struct view *view,
			 const struct systally_row *row);
};

static const struct rows_file counters_file = { VIEW_CALLS,
						show_counters_header,
						show_counters_row };
static const struct rows_file errors_file = { VIEW_ERRORS, show_errors_header,
					      show_errors_row };

struct rows_reader {
	const struct rows_file *file;
	struct view *view;
	u64 count; /* of rows */
};

/* Position 0 is the header, position n is row n - 1. */
static void *rows_start(struct seq_file *seq, loff_t *pos)
{
	struct rows_reader *reader = seq->private;

	if (*pos == 0)
		return SEQ_START_TOKEN;
	return *pos <= reader->count ? (void *)reader->view->sorted[*pos - 1] :
				       NULL;
}

static void *rows_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return rows_start(seq, pos);
}

static void rows_stop(struct seq_file *seq, void *v)
{
}

static int rows_show(struct seq_file *seq, void *v)
{
	struct rows_reader *reader = seq->private;

	if (v == SEQ_START_TOKEN)
		reader->file->show_header(seq, reader->view);
	else
		reader->file->show_row(seq, reader->view, v);
	return 0;
}

static const struct seq_operations rows_seq_ops = {
	.start = rows_start,
	.next = rows_next,
	.stop = rows_stop,
	.show = rows_show,
};

static int rows_open(struct inode *inode, struct file *file,
		     const struct rows_file *rows)
{
	struct rows_reader *reader;
	struct view *view;

	view = systally_view_make(inode->i_private, rows->what);
	if (IS_ERR(view))
		return PTR_ERR(view);
	reader = __seq_open_private(file, &rows_seq_ops, sizeof(*reader));
	if (!reader) {
		systally_view_free(view);
		return -ENOMEM;
	}
	reader->file = rows;
	reader->view = view;
	reader->count = view->header.call_rows + view->header.error_rows;
	return 0;
}

static int counters_open(struct inode *inode, struct file *file)
{
	return rows_open(inode, file, &counters_file);
}

static int errors_open(struct inode *inode, struct file *file)
{
	return rows_open(inode, file, &errors_file);
}

static int rows_release(struct inode *inode, struct file *file)
{
	struct rows_reader *reader =
		((struct seq_file *)file->private_data)->private;

	systally_view_free(reader->view);
	return seq_release_private(inode, file);
}

const struct file_operations systally_counters_fops = {
	.owner = THIS_MODULE,
	.open = counters_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = rows_release,
};

const struct file_operations systally_errors_fops = {
	.owner = THIS_MODULE,
	.open = errors_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = rows_release,
};

static int snapshot_open(struct inode *inode, struct file *file)
{
	struct view *view = systally_view_make(inode->i_private, VIEW_ALL);

	if (IS_ERR(view))
		return PTR_ERR(view);
	file->private_data = view;
	return 0;
}

static ssize_t snapshot_read(struct file *file, char __user *to, size_t bytes,
			     loff_t *pos)
{
	const struct view *view = file->private_data;

	return simple_read_from_buffer(to, bytes, pos, &view->header,
				       systally_view_bytes(view));
}

static int snapshot_release(struct inode *inode, struct file *file)
{
	systally_view_free(file->private_data);
	return 0;
}

const struct file_operations systally_snapshot_fops = {
	.owner = THIS_MODULE,
	.open = snapshot_open,
	.read = snapshot_read,
	.llseek = default_llseek,
	.release = snapshot_release,
};

/* Position 0 is the header, position n is the thread with tid n - 1. */
struct inflight_reader {
	const struct session *session;
	struct slot call;
	u32 tid;
};

/* Whether a session's calls in flight are kept now */
static bool is_kept(const struct session *session)
{
	return systally_inflight_running() && systally_session_times(session);
}

static void *inflight_start(struct seq_file *seq, loff_t *pos)
{
	struct inflight_reader *reader = seq->private;

	if (*pos == 0)
		return SEQ_START_TOKEN;
	if (*pos > PID_MAX_LIMIT || !is_kept(reader->session))
		return NULL;
	reader->tid = *pos - 1;
	if (!systally_inflight_next(reader->session, &reader->tid,
				    &reader->call))
		return NULL;
	*pos = reader->tid + 1;
	return reader;
}

static void *inflight_next(struct seq_file *seq, void *v, loff_t *pos)
{
	void *next;

	++*pos;
	next = inflight_start(seq, pos);
	if (!next)
		*pos = (loff_t)PID_MAX_LIMIT + 1;
	return next;
}

static int inflight_show(struct seq_file *seq, void *v)
{
	struct inflight_reader *reader = seq->private;
	char label[SYSCALL_LABEL_LEN];
	u32 abi, nr;
	u64 now;

	if (v == SEQ_START_TOKEN) {
		seq_printf(seq, "%-7s %-7s %-6s %4s %-23s %15s\n", "tid",
			   "tgid", "abi", "nr", "name", "since_ns");
		if (!is_kept(reader->session))
			seq_puts(
				seq,
				"# not kept: write time to collect, and set targets\n");
		return 0;
	}
	preempt_disable();
	now = systally_clock_now();
	preempt_enable();
	abi = key_abi(reader->call.key);
	nr = key_nr(reader->call.key);
	seq_printf(seq, "%-7u %-7u %-6s %4d %-23s %15llu\n", reader->tid,
		   key_tgid(reader->call.key), systally_abi_name(abi),
		   nr == KEY_NR_OUT_OF_RANGE ? SYSTALLY_NR_OUT_OF_RANGE : nr,
		   systally_syscall_label(abi, nr, label),
		   systally_clock_to_ns(systally_clock_elapsed(
			   reader->call.entered_at, now)));
	return 0;
}

static const struct seq_operations inflight_seq_ops = {
	.start = inflight_start,
	.next = inflight_next,
	.stop = rows_stop,
	.show = inflight_show,
};

static int inflight_open(struct inode *inode, struct file *file)
{
	struct inflight_reader *reader =
		__seq_open_private(file, &inflight_seq_ops, sizeof(*reader));

	if (!reader)
		return -ENOMEM;
	reader->session = inode->i_private;
	return 0;
}

const struct file_operations systally_inflight_fops = {
	.owner = THIS_MODULE,
	.open = inflight_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release_private,
};

/* The lines `KEY.ABI.NAME: COUNT` */
static void show_by_call(struct seq_file *seq, const char *key,
			 const struct systally_row *row, u64 rows)
{
	char label[LABEL_LEN];

	for (; rows; rows--, row++)
		if (row->count)
			seq_printf(seq, "%s.%s.%s: %llu\n", key,
				   row_abi_name(row), row_label(row, label),
				   row->count);
}

/* Whose session this is, and since when it has been there */
static void show_session(const struct session *session, struct seq_file *seq)
{
	pid_t pid;

	if (session == systally_default_session) {
		seq_puts(seq, "session: default\n");
		return;
	}
	seq_printf(seq, "session: %s\n", session->name);
	pid = pid_nr_ns(session->owner, task_active_pid_ns(current));
	if (pid)
		seq_printf(seq, "owner_pid: %d\n", pid);
	else
		seq_puts(seq, "owner_pid: -\n");
	seq_printf(seq, "owner_comm: %s\n",
		   comm_column(session->owner_comm, (char[COMM_WIDTH]){}));
	seq_printf(seq, "since_ns: %llu\n",
		   ktime_get_boottime_ns() - session->began_ns);
}

static int status_show(struct seq_file *seq, void *v)
{
	const struct view *view = seq->private;
	const struct session *session = view->session;
	const struct systally_header *header = &view->header;
	bool timed = header->collect != SYSTALLY_COLLECT_COUNT;
	int err;

	show_session(session, seq);
	err = systally_control_status(session, seq);
	if (err)
		return err;
	seq_printf(seq, "clock: %s\n", systally_clock_name());
	seq_printf(seq, "entered: %llu\n", header->entered);
	seq_printf(seq, "tallied: %llu\n", view->tallied);
	seq_printf(seq, "unattributed: %llu\n", header->unattributed);
	show_by_call(seq, "unattributed", view->rows,
		     header->unattributed_rows);
	/* Without exits none can be known. */
	if (timed || header->denied)
		seq_printf(seq, "denied: %llu\n", header->denied);
	else
		seq_puts(seq, "denied: -\n");
	show_by_call(seq, "denied", view->rows + header->unattributed_rows,
		     view->denied_rows);
	seq_printf(seq, "orphan_exits: %llu\n", header->orphan_exits);
	seq_printf(seq, "untimed: %llu\n", header->untimed);
	seq_printf(seq, "discarded: %llu\n", header->discarded);
	seq_printf(seq, "generation: %llu\n", header->generation);
	seq_printf(seq, "session_bytes: %zu\n",
		   systally_session_bytes(session));
	seq_printf(seq, "session_max_bytes: %zu\n", systally_session_share());
	seq_printf(seq, "facts_lost: %lu\n", systally_name_lost());
	seq_printf(seq, "memory_bytes: %lu\n", systally_memory_bytes());
	seq_printf(seq, "memory_max_bytes: %lu\n", systally_memory_max_bytes);
	return 0;
}

/*
 * The counts are taken at open, so that they are of one moment: shells read
 * line by line and seek back each time, and then the text is printed again.
 */
static int status_open(struct inode *inode, struct file *file)
{
	struct view *view = systally_view_make(inode->i_private, VIEW_SUMS);
	int err;

	if (IS_ERR(view))
		return PTR_ERR(view);
	err = single_open(file, status_show, view);
	if (err)
		systally_view_free(view);
	return err;
}

static int status_release(struct inode *inode, struct file *file)
{
	const struct seq_file *seq = file->private_data;
	struct view *view = seq->private;

	systally_view_free(view);
	return single_release(inode, file);
}

const struct file_operations systally_status_fops = {
	.owner = THIS_MODULE,
	.open = status_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = status_release,
};
