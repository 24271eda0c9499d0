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
			       const char *comm, u32 sessions, u32 limit)
{
	struct table_row *row = table_home(table, key, start);

	for (; row->key; row = table_next(table, row))
		if (row->key == key && row->start == start)
			return row;
	if (table->used >= limit)
		return NULL;
	/* query.c reads start and key meanwhile. */
	WRITE_ONCE(row->start, start);
	memcpy(row->comm, comm, SYSTALLY_COMM_LEN);
	row->comm[SYSTALLY_COMM_LEN - 1] = sessions;
	/* Pairs with the acquire in query.c's scan(). */
	smp_store_release(&row->key, key);
	WRITE_ONCE(table->used, table->used + 1);
	return row;
}

struct table_row table_row_plain(const struct table_row *from)
{
	u32 sessions = table_row_sessions(from);
	struct table_row plain = *from;
	enum row_kind kind = key_kind(from->key);

	plain.comm[SYSTALLY_COMM_LEN - 1] = '\0';
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
	static const char no_comm[SYSTALLY_COMM_LEN];

	key = key_common(ROW_UNATTRIBUTED, sessions, key_abi(key), key_nr(key));
	return table_insert(table, key, 0, no_comm, sessions,
			    table_rows(table) - 1);
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

/* FNV-1a (draft-eastlake-fnv), 64 bits */
u64 comm_hash(const char *comm)
{
	u64 hash = 0xcbf29ce484222325ull;
	int i;

	for (i = 0; i < SYSTALLY_COMM_LEN - 1 && comm[i]; i++)
		hash = (hash ^ (unsigned char)comm[i]) * 0x100000001b3ull;
	return hash;
}

static enum row_kind folded_kind(const struct table_row *row)
{
	switch (key_kind(row->key)) {
	case ROW_ERROR:
		return ROW_FOLDED_ERROR;
	case ROW_HIST:
		return ROW_FOLDED_HIST;
	case ROW_TLS:
		return ROW_FOLDED_TLS;
	default:
		return ROW_FOLDED_CALL;
	}
}

bool table_fold_row(struct table *to, const struct table_row *row,
		    const char *comm, u32 limit)
{
	enum row_kind kind = folded_kind(row);
	u32 sub = kind == ROW_FOLDED_CALL ? 0 :
		  kind == ROW_FOLDED_TLS  ? TLS_NO_FD :
					    key_sub(row->key);
	u64 key = key_make(kind, sub, 0, key_abi(row->key), key_nr(row->key));
	u64 start = comm_hash(comm);
	struct table_row *folded;

	/* If another name has the same hash, take the next value. */
	for (;; start++) {
		folded = table_insert(to, key, start, comm, 0, limit);
		if (!folded)
			return false;
		if (!strncmp(folded->comm, comm, SYSTALLY_COMM_LEN - 1))
			break;
	}
	row_add(folded, row);
	return true;
}
