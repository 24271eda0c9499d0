// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies the counters out, in the binary layout of include/systally.h.
 */
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>

#include "abi.h"
#include "clock.h"
#include "control.h"
#include "function.h"
#include "hist.h"
#include "master.h"
#include "session.h"
#include "tally.h"
#include "view.h"
#include "who.h"

/* In the order of the layout */
enum section {
	SECTION_CALLS,
	SECTION_ERRORS,
	SECTION_UNATTRIBUTED,
	SECTION_HIST,
	SECTION_TLS, /* after the names of functions */
	SECTIONS,
};

/* The sections that are found by a walk over all rows */
static const unsigned int walked[] = {
	[VIEW_SUMS] = 0,
	[VIEW_CALLS] = BIT(SECTION_CALLS),
	[VIEW_ERRORS] = BIT(SECTION_ERRORS),
	[VIEW_ALL] = BIT(SECTION_CALLS) | BIT(SECTION_ERRORS) |
		     BIT(SECTION_HIST) | BIT(SECTION_TLS),
};

/* The section that a row is shown in, if a walk finds it; else SECTIONS */
static enum section row_section(const struct table_row *row)
{
	if (!row->key)
		return SECTIONS;
	switch (key_kind(row->key)) {
	case ROW_CALL:
	case ROW_THREAD:
	case ROW_FOLDED_CALL:
		return SECTION_CALLS;
	case ROW_ERROR:
	case ROW_FOLDED_ERROR:
		return SECTION_ERRORS;
	case ROW_HIST:
	case ROW_FOLDED_HIST:
		return SECTION_HIST;
	case ROW_TLS:
	case ROW_FOLDED_TLS:
		return SECTION_TLS;
	default:
		return SECTIONS;
	}
}

/*
 * The start of a row's process or thread. The rows of a process are of its start
 * also in sections with rows by thread.
 */
static void export_who(struct systally_row *to, const struct table_row *from)
{
	const struct who *who = systally_who_of(from);

	to->start_ns = who->key.start;
	to->process = who->number;
	to->facts = systally_who_hash(who);
	memcpy(to->comm, who->comm, sizeof(to->comm));
	to->comm[sizeof(to->comm) - 1] = '\0';
}

static void row_export(struct systally_row *to, const struct table_row *from,
		       enum section section)
{
	u32 nr = key_nr(from->key);

	*to = (struct systally_row){
		.tgid = key_tgid(from->key),
		.nr = nr == KEY_NR_OUT_OF_RANGE ? SYSTALLY_NR_OUT_OF_RANGE : nr,
		.abi = systally_abi_to_row(key_abi(from->key)),
	};
	if (section == SECTION_HIST) {
		memcpy(to->buckets, from->buckets, sizeof(to->buckets));
		to->octave = hist_octave(from->key);
	} else if (section == SECTION_TLS) {
		memcpy(&to->tls, &from->tls, sizeof(to->tls));
		to->abi = 0;
		to->tls.time_ns = systally_clock_to_ns(from->tls.time);
		to->tid = key_sub(from->key) == TLS_NO_FD ? SYSTALLY_TLS_NO_FD :
							    key_sub(from->key);
	} else {
		to->count = from->count;
		to->errors = from->errors;
		if (from->max) {
			to->total_ns = systally_clock_to_ns(from->total);
			to->max_ns = systally_clock_to_ns(from->max);
		}
	}
	if (section == SECTION_ERRORS)
		to->error = key_sub(from->key);
	else if (key_kind(from->key) == ROW_THREAD)
		to->tid = key_sub(from->key);
	if (kind_has_who(key_kind(from->key)))
		export_who(to, from);
}

static int compare(u64 x, u64 y)
{
	return x < y ? -1 : x > y;
}

/* Compares two pointers to rows. */
static int compare_rows(const void *a, const void *b)
{
	const struct systally_row *x = *(const struct systally_row **)a;
	const struct systally_row *y = *(const struct systally_row **)b;

	/* sort() itself does not let other tasks run. */
	cond_resched();
	return compare(x->tgid, y->tgid)		 ?:
		       compare(x->start_ns, y->start_ns) ?:
		       compare(x->tid, y->tid)		 ?:
		       compare(x->abi, y->abi)		 ?:
		       compare((u32)x->nr, (u32)y->nr)	 ?:
		       compare(x->error, y->error)	 ?:
		       memcmp(x->comm, y->comm, x->tgid ? 0 : sizeof(x->comm));
}

/*
 * Allocates without the OOM killer: an answer of -ENOMEM harms nobody. Process
 * context, sleeps.
 */
static void *allocate(size_t bytes)
{
	return kvmalloc(bytes, GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
}

/*
 * Exports the rows of a kind for the calls of all processes to @to, unless that
 * is NULL, and adds their counts to *@calls. Returns their number. There is one
 * for each number of each ABI at most, so they are looked up.
 */
static u64 copy_common(const struct session *session, enum row_kind kind,
		       struct systally_row *to, u64 *calls)
{
	struct table *table = session->master.table;
	u64 rows = 0;
	u32 abi, nr;

	for (abi = 0; abi <= ABI_FUNCTION; abi++) {
		for (nr = 0; nr <= KEY_NR_OUT_OF_RANGE; nr++) {
			const struct table_row *row = table_lookup(
				table, key_common(kind, 0, abi, nr), 0);

			if (!row)
				continue;
			*calls += row->count;
			if (to)
				row_export(to++, row, SECTION_UNATTRIBUTED);
			rows++;
		}
	}
	return rows;
}

/* Between two rows of a walk: lets other tasks run, and CPUs go on counting. */
static void pause(u32 row)
{
	if (row % 1024)
		return;
	cond_resched();
	systally_cpu_tables_relieve();
}

/* Counts the rows of each section that @sections has, and their processes. */
static void count_rows(const struct table *master, unsigned int sections,
		       u64 *count, struct who_view *whos)
{
	u32 i;

	for (i = 0; sections && i < table_rows(master); i++) {
		const struct table_row *row = &master->rows[i];
		enum section section = row_section(row);

		if (sections & BIT(section)) {
			count[section]++;
			systally_who_number(whos, systally_who_of(row));
		}
		pause(i);
	}
}

/* Exports the rows that count_rows() has counted, each section to its @next. */
static void copy_rows(const struct session *session, unsigned int sections,
		      struct systally_row **next)
{
	const struct table *table = session->master.table;
	u32 i;

	for (i = 0; sections && i < table_rows(table); i++) {
		const struct table_row *row = &table->rows[i];
		enum section section = row_section(row);

		if (sections & BIT(section))
			row_export(next[section]++, row, section);
		pause(i);
	}
}

/* Bytes of a view that has @rows rows, @processes and their @text_bytes */
static size_t view_bytes(unsigned int sections, u64 rows, u64 processes,
			 u64 text_bytes)
{
	size_t bytes = sizeof(struct view) + rows * sizeof(struct systally_row);

	if (sections != walked[VIEW_ALL])
		return bytes;
	return bytes + FUNCTIONS_MAX * sizeof(struct systally_function) +
	       processes * sizeof(struct systally_process) + text_bytes;
}

/*
 * Under the tally's mutex. Returns the view, or ERR_PTR(-ENOMEM).
 * @view: has @bytes bytes, and is returned if these are enough; else, it is
 * freed; may be NULL
 */
static struct view *copy_session(const struct session *session,
				 unsigned int sections, struct view *view,
				 size_t bytes)
{
	const struct table *master = session->master.table;
	const struct table_sums *sums = &master->session[0];
	u64 count[SECTIONS] = {}, unattributed = sums->no_row, denied = 0;
	struct systally_row *next[SECTIONS];
	u64 rows = 0, names, functions = 0, denied_rows, ignored = 0;
	struct who_view whos;
	size_t needed;
	u32 i;

	systally_who_begin_view(&whos);
	count_rows(master, sections, count, &whos);
	count[SECTION_UNATTRIBUTED] =
		copy_common(session, ROW_UNATTRIBUTED, NULL, &unattributed);
	denied_rows = copy_common(session, ROW_DENIED, NULL, &denied);
	if (!sections)
		rows = denied_rows;
	for (i = 0; i < SECTIONS; i++)
		rows += count[i];
	names = rows - count[SECTION_TLS];
	needed = view_bytes(sections, rows, whos.processes, whos.text_bytes);
	if (!view || bytes < needed) {
		kvfree(view);
		view = allocate(needed);
	}
	if (!view)
		return ERR_PTR(-ENOMEM);

	next[0] = view->rows;
	for (i = 1; i < SECTIONS; i++)
		next[i] = next[i - 1] + count[i - 1];
	if (sections == walked[VIEW_ALL]) {
		functions = systally_function_names(
			session,
			(struct systally_function *)&view->rows[names]);
		next[SECTION_TLS] =
			(void *)&view->rows[names] +
			functions * sizeof(struct systally_function);
	}
	if (count[SECTION_UNATTRIBUTED])
		copy_common(session, ROW_UNATTRIBUTED,
			    next[SECTION_UNATTRIBUTED], &ignored);
	if (!sections && denied_rows)
		copy_common(session, ROW_DENIED, next[SECTION_HIST], &ignored);
	copy_rows(session, sections, next);
	if (sections == walked[VIEW_ALL]) {
		struct systally_process *processes = (void *)next[SECTION_TLS];

		systally_who_export(&whos, processes,
				    (char *)(processes + whos.processes));
	} else {
		whos.processes = 0;
		whos.text_bytes = 0;
	}

	view->session = session;
	view->tallied = master->tallied;
	view->denied_rows = denied_rows;
	view->sorted = NULL;
	view->header = (struct systally_header){
		.version = SYSTALLY_FORMAT_VERSION,
		.header_bytes = sizeof(view->header),
		.row_bytes = sizeof(view->rows[0]),
		.collect = READ_ONCE(session->collect),
		.call_rows = count[SECTION_CALLS],
		.error_rows = count[SECTION_ERRORS],
		.unattributed_rows = count[SECTION_UNATTRIBUTED],
		.entered = master->entered,
		.unattributed = unattributed,
		.orphan_exits = sums->orphan_exits,
		.untimed = sums->untimed,
		.discarded = session->discarded,
		.generation = session->generation,
		.taken_ns = ktime_get_ns(),
		.flags = systally_control_flags(session),
		.hist_rows = count[SECTION_HIST],
		.clock_khz = systally_clock_khz(),
		.denied = denied,
		.functions = functions,
		.tls_rows = count[SECTION_TLS],
		.processes = whos.processes,
		.text_bytes = whos.text_bytes,
		.process_bytes = sizeof(struct systally_process),
	};
	memcpy(view->header.magic, SYSTALLY_MAGIC, sizeof(view->header.magic));
	return view;
}

/*
 * Adds up rows that are the same but for the facts of their process. They are
 * sorted. Returns how many are left.
 */
static u64 merge_rows(const struct systally_row **sorted, u64 count)
{
	u64 from, to = 0;

	for (from = 1; from < count; from++) {
		const struct systally_row *row = sorted[from];
		/* The view's own copy */
		struct systally_row *sum = (struct systally_row *)sorted[to];

		if (compare_rows(&sorted[to], &sorted[from])) {
			sorted[++to] = row;
			continue;
		}
		sum->count += row->count;
		sum->errors += row->errors;
		sum->total_ns += row->total_ns;
		sum->max_ns = max(sum->max_ns, row->max_ns);
	}
	return count ? to + 1 : 0;
}

/* Sorts the rows of the only section that a walk has found. */
static int sort_rows(struct view *view)
{
	u64 count = view->header.call_rows + view->header.error_rows, i;

	view->sorted = allocate(count * sizeof(*view->sorted));
	if (!view->sorted)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		view->sorted[i] = &view->rows[i];
	sort(view->sorted, count, sizeof(*view->sorted), compare_rows, NULL);
	count = merge_rows(view->sorted, count);
	if (view->header.call_rows)
		view->header.call_rows = count;
	else
		view->header.error_rows = count;
	return 0;
}

struct view *systally_view_make(struct session *session, enum view_rows what)
{
	struct view *view;
	u64 missed, rows;
	size_t bytes;
	int err;

	/* The layout that the command reads */
	BUILD_BUG_ON(sizeof(struct systally_header) != 184);
	BUILD_BUG_ON(sizeof(struct systally_row) != 80);
	BUILD_BUG_ON(offsetof(struct view, rows) !=
		     offsetofend(struct view, header));
	BUILD_BUG_ON(SYSTALLY_COMM_LEN != TASK_COMM_LEN);

	/* Before the tally's mutex, as the order of locks is. */
	err = systally_control_missed(&missed);
	if (err)
		return ERR_PTR(err);
	/* Megabytes take their time, in which nothing would be folded: allocate
	 * them before the flush. The number of rows may rise until then.
	 */
	rows = walked[what] ? systally_tally_used(session) : 0;
	/* Most processes have several rows, and share their group. */
	bytes = view_bytes(walked[what], rows + rows / 8, rows / 4, rows * 16);
	view = rows ? allocate(bytes) : NULL;
	err = systally_tally_flush();
	if (err) {
		kvfree(view);
		return ERR_PTR(err);
	}
	view = copy_session(session, walked[what], view, bytes);
	systally_tally_unlock();
	if (IS_ERR(view))
		return view;
	view->header.kprobe_missed = missed;
	if (what != VIEW_CALLS && what != VIEW_ERRORS)
		return view;

	err = sort_rows(view);
	if (err) {
		systally_view_free(view);
		return ERR_PTR(err);
	}
	return view;
}

void systally_view_free(struct view *view)
{
	kvfree(view->sorted);
	kvfree(view);
}

size_t systally_view_bytes(const struct view *view)
{
	const struct systally_header *header = &view->header;

	return sizeof(*header) +
	       (header->call_rows + header->error_rows +
		header->unattributed_rows + header->hist_rows +
		header->tls_rows) *
		       sizeof(view->rows[0]) +
	       header->functions * sizeof(struct systally_function) +
	       header->processes * sizeof(struct systally_process) +
	       header->text_bytes;
}
