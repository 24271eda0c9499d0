// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slow parts of the table: setting up, inserting, adding, folding.
 */
#include "table.h"

void table_init(struct table *table, u32 rows)
{
	table->mask = (rows - 1) * sizeof(struct table_row);
}

void table_clean(struct table *table)
{
	size_t from = offsetof(struct table, entered);
	size_t bytes = sizeof(*table);

	if (table->used)
		bytes = table_bytes(table_rows(table));
	WRITE_ONCE(table->used, 0);
	memset((void *)table + from, 0, bytes - from);
}

struct table_row *table_insert(struct table *table, u64 key, u64 start,
			       u32 sessions, u32 limit)
{
	struct table_row *row = table_home(table, key, start);

	for (; row->key; row = table_next(table, row))
		if (row->key == key && row->start == start)
			return row;
	if (table->used >= limit)
		return NULL;
	/* query.c reads start and key meanwhile. */
	WRITE_ONCE(row->start, start);
	row->sessions = sessions;
	/* Pairs with the acquire in query.c's scan(). */
	smp_store_release(&row->key, key);
	WRITE_ONCE(table->used, table->used + 1);
	return row;
}

void table_link(struct table *table, struct table_row *who,
		struct table_row *row)
{
	row->owner = who - table->rows + 1;
	WRITE_ONCE(row->next, who->who.first);
	/* After `next`. Pairs with the reads in table_close(). */
	smp_store_release(&who->who.first, row - table->rows + 1);
	/* Either table_close() finds the row, or this finds it closed. */
	smp_mb();
	if (READ_ONCE(who->key) & KEY_CLOSED)
		WRITE_ONCE(row->key, row->key | KEY_CLOSED);
}

void table_close(struct table *table, u64 who, u64 start)
{
	struct table_row *row = data_race(table_lookup(table, who, start));
	u32 place, steps;

	/* Its CPU may have given the table away, and have it emptied and used
	 * again: only a key that is still the same is closed. cmpxchg() is a full
	 * barrier.
	 */
	if (!row || cmpxchg(&row->key, who, who | KEY_CLOSED) != who)
		return;
	place = READ_ONCE(row->who.first);
	for (steps = 0; place && steps < table_rows(table); steps++) {
		u64 key;

		row = &table->rows[(place - 1) & (table_rows(table) - 1)];
		key = READ_ONCE(row->key);
		if (key_tgid(key) == key_tgid(who) && !(key & KEY_CLOSED))
			cmpxchg(&row->key, key, key | KEY_CLOSED);
		place = READ_ONCE(row->next);
	}
	WRITE_ONCE(table->closed, true);
}

struct table_row table_row_plain(const struct table_row *from)
{
	u32 sessions = table_row_sessions(from);
	struct table_row plain = *from;
	enum row_kind kind = key_kind(from->key);

	plain.owner = 0;
	plain.next = 0;
	plain.sessions = 0;
	plain.key &= ~KEY_CLOSED;
	if (from->key & KEY_LATE) {
		plain.key -= KEY_LATE;
		plain.start = start_late(from->start, sessions);
	} else if (kind_is_common(kind)) {
		plain.key -= (u64)sessions << KEY_SUB_SHIFT;
	} else if (kind == ROW_TLS) {
		plain.key -= sessions << TABLE_TLS_BITS;
	}
	return plain;
}

struct table_row *table_unattributed(struct table *table, u64 key, u32 sessions)
{
	key = key_common(ROW_UNATTRIBUTED, sessions, key_abi(key), key_nr(key));
	return table_insert(table, key, 0, sessions, table_rows(table) - 1);
}

u64 row_events(const struct table_row *row)
{
	enum row_kind kind = key_kind(row->key);

	if (kind == ROW_HIST || kind == ROW_FOLDED_HIST)
		return row->buckets[0] + row->buckets[1] + row->buckets[2] +
		       row->buckets[3];
	return row->count;
}

void row_add(struct table_row *to, const struct table_row *from)
{
	if (row_is_sums(from)) {
		int i;

		for (i = 0; i < SYSTALLY_HIST_BUCKETS; i++)
			to->buckets[i] += from->buckets[i];
		return;
	}
	to->count += from->count;
	to->errors += from->errors;
	to->total += from->total;
	if (to->max < from->max)
		to->max = from->max;
}

void table_add_sums(struct table_sums *to, const struct table_sums *from)
{
	to->orphan_exits += from->orphan_exits;
	to->untimed += from->untimed;
	to->no_row += from->no_row;
}

static enum row_kind folded_kind(const struct table_row *row)
{
	switch (key_kind(row->key)) {
	case ROW_ERROR:
	case ROW_FOLDED_ERROR:
		return ROW_FOLDED_ERROR;
	case ROW_HIST:
	case ROW_FOLDED_HIST:
		return ROW_FOLDED_HIST;
	case ROW_TLS:
	case ROW_FOLDED_TLS:
		return ROW_FOLDED_TLS;
	default:
		return ROW_FOLDED_CALL;
	}
}

bool table_fold_row(struct table *to, const struct table_row *row, u64 start,
		    u32 limit)
{
	enum row_kind kind = folded_kind(row);
	u32 sub = kind == ROW_FOLDED_CALL ? 0 :
		  kind == ROW_FOLDED_TLS  ? TLS_NO_FD :
					    key_sub(row->key);
	u64 key = key_make(kind, sub, 0, key_abi(row->key), key_nr(row->key));
	struct table_row *folded = table_insert(to, key, start, 0, limit);

	if (!folded)
		return false;
	row_add(folded, row);
	return true;
}
