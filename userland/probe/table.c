// SPDX-License-Identifier: GPL-2.0-only
/*
 * From places in files to what the library needs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "functions/count_only.h"
#include "functions/symbols.h"
#include "probe/table.h"

/* Functions of count_only.c before which return addresses are put back */
static const char *const restore[] = {
	"_Unwind_*",
	"__cxa_*throw",
	"pthread_exit",
	"backtrace",
};

static bool restores(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(restore) / sizeof(restore[0]); i++) {
		if (!fnmatch(restore[i], name, 0))
			return true;
	}
	return false;
}

static int add_name(struct systally_probe_table *table, const char *name,
		    struct systally_error *error)
{
	const size_t bytes = strlen(name) + 1;
	struct systally_probe_name *names;
	char *texts;

	names = reallocarray(table->names, table->name_count + 1,
			     sizeof(*names));
	if (names)
		table->names = names;
	texts = realloc(table->texts, table->text_bytes + bytes);
	if (texts)
		table->texts = texts;
	if (!names || !texts)
		return systally_error_set(error, "no memory for functions");
	names[table->name_count++] = (struct systally_probe_name){
		.hash = systally_probe_hash(name),
		.text = (uint32_t)table->text_bytes,
	};
	memcpy(texts + table->text_bytes, name, bytes);
	table->text_bytes += bytes;
	return 0;
}

/* Adds a function by its symbols: those of the place's offset. */
static int add(struct systally_probe_table *table,
	       const struct systally_function_place *place,
	       const struct systally_symbols *symbols,
	       const struct stat *status, struct systally_error *error)
{
	struct systally_probe_entry *entry = &table->functions[table->count];
	bool found = false;
	size_t i;

	*entry = (struct systally_probe_entry){
		.function.device = (uint64_t)major(status->st_dev) << 32 |
				   minor(status->st_dev),
		.function.inode = status->st_ino,
		.name = place->name,
	};
	for (i = 0; i < symbols->count; i++) {
		const struct systally_symbol *symbol = &symbols->list[i];

		if (symbol->offset != place->offset)
			continue;
		if (systally_count_only(symbol->name))
			entry->function.flags |= SYSTALLY_PROBE_COUNT_ONLY;
		if (restores(symbol->name))
			entry->function.flags |= SYSTALLY_PROBE_RESTORES;
		if (!symbol->dynamic)
			continue;
		found = true;
		entry->function.address = symbol->address;
		if (add_name(table, symbol->name, error))
			return -1;
	}
	if (found)
		table->count++;
	else if (!table->unreachable++)
		table->unreachable_name = place->name;
	return 0;
}

static int compare_functions(const void *a, const void *b)
{
	const struct systally_probe_function *left = a, *right = b;

	if (left->device != right->device)
		return left->device < right->device ? -1 : 1;
	if (left->inode != right->inode)
		return left->inode < right->inode ? -1 : 1;
	return (left->address > right->address) -
	       (left->address < right->address);
}

static int compare_names(const void *a, const void *b)
{
	const struct systally_probe_name *left = a, *right = b;

	return (left->hash > right->hash) - (left->hash < right->hash);
}

/* Adds all functions, which are in groups of one file. */
static int add_all(struct systally_probe_table *table,
		   const struct systally_functions *functions,
		   struct systally_error *error)
{
	struct systally_symbols symbols = { .list = NULL };
	const char *path = NULL;
	struct stat status = { 0 };
	int result = 0;
	size_t i;

	for (i = 0; !result && i < functions->count; i++) {
		const struct systally_function_place *place =
			&functions->list[i];

		if (!path || strcmp(path, place->path)) {
			systally_symbols_free(&symbols);
			path = place->path;
			result = systally_symbols_read(&symbols, path, error);
			if (!result && stat(path, &status))
				result = systally_error_set(
					error, "cannot read %s: %s", path,
					systally_error_meaning(errno));
			if (result)
				break;
		}
		result = add(table, place, &symbols, &status, error);
	}
	systally_symbols_free(&symbols);
	return result;
}

/* Two paths may lead to one file. */
static void drop_doubles(struct systally_probe_table *table)
{
	size_t i, kept = 0;

	for (i = 1; i < table->count; i++) {
		if (compare_functions(&table->functions[kept],
				      &table->functions[i]))
			table->functions[++kept] = table->functions[i];
	}
	if (table->count)
		table->count = kept + 1;
}

int systally_probe_table_make(struct systally_probe_table *table,
			      const struct systally_functions *functions,
			      struct systally_error *error)
{
	*table = (struct systally_probe_table){ 0 };
	table->functions = calloc(functions->count, sizeof(*table->functions));
	if (!table->functions)
		return systally_error_set(error, "no memory for functions");
	if (add_all(table, functions, error))
		goto err_free;
	if (!table->count) {
		systally_error_set(
			error,
			"%s is no symbol that the dynamic linker knows, so --in-process cannot count it; leave --in-process out to count it by the module",
			table->unreachable_name);
		goto err_free;
	}
	qsort(table->functions, table->count, sizeof(*table->functions),
	      compare_functions);
	drop_doubles(table);
	qsort(table->names, table->name_count, sizeof(*table->names),
	      compare_names);
	return 0;

err_free:
	systally_probe_table_free(table);
	return -1;
}

void systally_probe_table_free(struct systally_probe_table *table)
{
	free(table->functions);
	free(table->names);
	free(table->texts);
	*table = (struct systally_probe_table){ 0 };
}
