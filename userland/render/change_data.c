// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison for programs: JSON and CSV have the same fields. Called
 * through render_change.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json_object.h"
#include "base/text.h"
#include "render/render.h"
#include "render/change.h"

enum amount { COUNT, ERRORS, TOTAL, AVG, AMOUNTS };

static const struct {
	const char *name, *unit;
} amounts[AMOUNTS] = {
	[COUNT] = { "count", "" }, [ERRORS] = { "errors", "" },
	[TOTAL] = { "total", "_ns" }, [AVG] = { "avg", "_ns" },
};

/* Of each amount there are these. */
static const char *const ofs[] = { "a", "b", "change", "percent" };

#define OFS	(sizeof(ofs) / sizeof(ofs[0]))

static uint64_t value(const struct systally_group *group, enum amount amount)
{
	switch (amount) {
	case COUNT:
		return group->count;
	case ERRORS:
		return group->errors;
	case TOTAL:
		return group->total_ns;
	default:
		return systally_group_avg_ns(group);
	}
}

static const char *kind(const struct systally_change *change)
{
	if (!change->a.count)
		return "added";
	return change->b.count ? "changed" : "gone";
}

/* `count_a`, `total_ns_b`, `avg_ns_change`, `avg_percent` */
static const char *make_key(char key[32], enum amount amount, const char *of)
{
	snprintf(key, 32, "%s%s_%s", amounts[amount].name,
		 strcmp(of, "percent") ? amounts[amount].unit : "", of);
	return key;
}

/* Only calls are known of recordings without times. */
static bool is_known(const struct systally_changes *changes,
		     enum amount amount)
{
	return changes->timed || amount == COUNT;
}

/* null for what was not there before: it has grown by any percentage */
static bool put_percent(struct json_object *object, const char *key,
			uint64_t a, uint64_t b)
{
	char text[32];

	if (!a)
		return !json_object_object_add(object, key, NULL);
	snprintf(text, sizeof(text), "%.2f",
		 100.0 * ((double)b - (double)a) / (double)a);
	return systally_json_put(object, key,
		json_object_new_double_s(strtod(text, NULL), text));
}

static bool put_unknown(struct json_object *object, enum amount amount)
{
	unsigned int of;
	char key[32];

	for (of = 0; of < OFS; of++) {
		if (json_object_object_add(object, make_key(key, amount,
							    ofs[of]), NULL))
			return false;
	}
	return true;
}

static bool put_amounts(struct json_object *object,
			const struct systally_changes *changes,
			const struct systally_change *change)
{
	unsigned int i;
	char key[32];

	for (i = 0; i < AMOUNTS; i++) {
		enum amount amount = (enum amount)i;
		uint64_t a = value(&change->a, amount);
		uint64_t b = value(&change->b, amount);

		if (!is_known(changes, amount)) {
			if (!put_unknown(object, amount))
				return false;
			continue;
		}
		if (!systally_json_put(object, make_key(key, amount, "a"),
				       json_object_new_uint64(a)) ||
		    !systally_json_put(object, make_key(key, amount, "b"),
				       json_object_new_uint64(b)) ||
		    !systally_json_put(object, make_key(key, amount, "change"),
			json_object_new_int64(systally_difference(a, b))) ||
		    !put_percent(object, make_key(key, amount, "percent"),
				 a, b))
			return false;
	}
	return true;
}

static struct json_object *make_row(const struct systally_changes *changes,
				    const struct systally_change *change)
{
	struct json_object *row = json_object_new_object();
	const struct systally_group *group = &change->a;
	char escaped[SYSTALLY_ESCAPED_LEN];

	systally_text_escape_utf8(group->comm, escaped);
	if (row && (changes->by != SYSTALLY_BY_COMMAND ||
		    systally_json_put(row, "comm",
				      json_object_new_string(escaped))) &&
	    systally_json_put(row, "abi", json_object_new_string(
			      systally_names_abi(group->abi))) &&
	    systally_json_put(row, "nr", json_object_new_int(group->nr)) &&
	    systally_json_put(row, "syscall",
			      json_object_new_string(group->name)) &&
	    systally_json_put(row, "change",
			      json_object_new_string(kind(change))) &&
	    systally_json_put(row, "regression",
			      json_object_new_boolean(change->regression)) &&
	    put_amounts(row, changes, change))
		return row;
	json_object_put(row);
	return NULL;
}

static struct json_object *make_rows(const struct systally_changes *changes)
{
	struct json_object *rows = json_object_new_array();
	size_t i;

	for (i = 0; rows && i < changes->shown; i++) {
		struct json_object *row = make_row(changes, &changes->list[i]);

		if (!row || json_object_array_add(rows, row)) {
			json_object_put(row);
			json_object_put(rows);
			return NULL;
		}
	}
	return rows;
}

static struct json_object *make_texts(char *const *texts, size_t count)
{
	struct json_object *list = json_object_new_array();
	struct json_object *text;
	size_t i;

	for (i = 0; list && i < count; i++) {
		text = json_object_new_string(texts[i]);
		if (!text || json_object_array_add(list, text)) {
			json_object_put(text);
			json_object_put(list);
			return NULL;
		}
	}
	return list;
}

/* What one side is of. */
static struct json_object *make_side(const char *file,
				     const struct systally_record *record)
{
	struct json_object *side = json_object_new_object();
	char *escaped = systally_text_escape_word(file);
	bool whole;

	whole = side && escaped &&
		systally_json_put(side, "file",
				  json_object_new_string(escaped)) &&
		systally_json_put(side, "date",
				  json_object_new_string(record->date)) &&
		systally_json_put(side, "kernel",
				  json_object_new_string(record->kernel)) &&
		systally_json_put(side, "command",
				  make_texts(record->command,
					     record->command_count)) &&
		(record->ended ?
		 systally_json_put(side, "status",
				   json_object_new_int(record->status)) :
		 !json_object_object_add(side, "status", NULL));
	free(escaped);
	if (whole)
		return side;
	json_object_put(side);
	return NULL;
}

static struct json_object *make_total(const struct systally_changes *changes)
{
	struct json_object *total = json_object_new_object();

	if (total && put_amounts(total, changes, &changes->total))
		return total;
	json_object_put(total);
	return NULL;
}

int systally_change_json(FILE *out,
			 const struct systally_change_report *report)
{
	const struct systally_changes *changes = report->changes;
	struct json_object *object = json_object_new_object();
	const char *line = NULL;

	if (object &&
	    systally_json_put(object, "format", json_object_new_int(1)) &&
	    systally_json_put(object, "a", make_side(report->files[0],
						     &report->records[0])) &&
	    systally_json_put(object, "b", make_side(report->files[1],
						     &report->records[1])) &&
	    systally_json_put(object, "regressions",
			      json_object_new_uint64(changes->regressions)) &&
	    systally_json_put(object, "same",
			      json_object_new_uint64(changes->same)) &&
	    systally_json_put(object, "rows", make_rows(changes)) &&
	    systally_json_put(object, "total", make_total(changes)) &&
	    systally_json_put(object, "notes",
			      make_texts(report->notes->text,
					 report->notes->count)))
		line = systally_json_object_line(object);
	if (line)
		fprintf(out, "%s\n", line);
	json_object_put(object);
	return line ? 0 : -1;
}

static void write_csv_row(FILE *out, const struct systally_changes *changes,
			  const struct systally_change *change)
{
	const struct systally_group *group = &change->a;
	char escaped[SYSTALLY_ESCAPED_LEN];
	unsigned int i;

	if (changes->by == SYSTALLY_BY_COMMAND) {
		systally_text_escape_utf8(group->comm, escaped);
		systally_text_csv(out, escaped);
		putc(',', out);
	}
	fprintf(out, "%s,%d,%s,%s,%d", systally_names_abi(group->abi),
		group->nr, group->name, kind(change), change->regression);
	for (i = 0; i < AMOUNTS; i++) {
		uint64_t a = value(&change->a, (enum amount)i);
		uint64_t b = value(&change->b, (enum amount)i);

		if (!is_known(changes, (enum amount)i)) {
			fputs(",,,,", out);
			continue;
		}
		fprintf(out, ",%llu,%llu,%lld,", (unsigned long long)a,
			(unsigned long long)b,
			(long long)systally_difference(a, b));
		if (a)
			fprintf(out, "%.2f", 100.0 * ((double)b - (double)a) /
					     (double)a);
	}
	putc('\n', out);
}

void systally_change_csv(FILE *out,
			 const struct systally_change_report *report)
{
	const struct systally_changes *changes = report->changes;
	unsigned int i, of;
	char key[32];
	size_t c;

	fprintf(out, "%sabi,nr,syscall,change,regression",
		changes->by == SYSTALLY_BY_COMMAND ? "comm," : "");
	for (i = 0; i < AMOUNTS; i++) {
		for (of = 0; of < OFS; of++)
			fprintf(out, ",%s", make_key(key, (enum amount)i,
						     ofs[of]));
	}
	putc('\n', out);
	for (c = 0; c < changes->shown; c++)
		write_csv_row(out, changes, &changes->list[c]);
}
