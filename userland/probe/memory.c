// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes and removes the shared memory.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/signals.h"
#include "probe/library.h"
#include "probe/memory.h"
#include "systally.h"

/* Pages that nobody has written do not exist: see systally_probe.h. */
#define BYTES_MAX (1ULL << 30)

#define NAME "systally-probe"

/* Where it may be, the best place first */
static const char *const folders[] = { "/dev/shm", "/tmp" };

/*
 * Removes what commands have left behind that were killed. The names have the
 * numbers of their processes.
 */
static void remove_left(const char *folder)
{
	char path[sizeof(((struct systally_probe *)NULL)->path)];
	const struct dirent *entry;
	DIR *list = opendir(folder);
	int pid;

	if (!list)
		return;
	while ((entry = readdir(list))) {
		if (sscanf(entry->d_name, NAME ".%d.", &pid) != 1 ||
		    !kill(pid, 0) || errno != ESRCH)
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder,
				     entry->d_name) < sizeof(path))
			unlink(path);
	}
	closedir(list);
}

/* Opens the file. Returns its descriptor, or -1 with @error. */
static int make_file(struct systally_probe *probe, struct systally_error *error)
{
	int file = -1;
	size_t i;

	for (i = 0; file < 0 && i < sizeof(folders) / sizeof(*folders); i++) {
		remove_left(folders[i]);
		snprintf(probe->path, sizeof(probe->path),
			 "%s/" NAME ".%d.XXXXXX", folders[i], getpid());
		file = mkostemp(probe->path, O_CLOEXEC);
	}
	if (file >= 0)
		return file;
	systally_error_set(error, "cannot make a file in %s or %s: %s",
			   folders[0], folders[1],
			   systally_error_meaning(errno));
	probe->path[0] = '\0';
	return -1;
}

/* Whether the kernel itself trusts the CPU's counter of cycles. */
static bool has_cycles(void)
{
#if defined(__x86_64__)
	FILE *file = fopen(
		"/sys/devices/system/clocksource/clocksource0/current_clocksource",
		"re");
	char name[16] = "";

	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	return !strcmp(name, "tsc\n");
#else
	return false;
#endif
}

uint64_t systally_probe_units(const struct systally_probe *probe)
{
#if defined(__x86_64__)
	if (probe->layout.clock == SYSTALLY_PROBE_CLOCK_CYCLES)
		return __builtin_ia32_rdtsc();
#else
	(void)probe;
#endif
	return systally_signals_now_ns();
}

/* Returns @value, or the next multiple of @of, a power of two. */
static uint64_t round_up(uint64_t value, uint64_t of)
{
	return (value + of - 1) & ~(of - 1);
}

/* Decides where everything is. */
static void lay_out(struct systally_probe_header *header,
		    const struct systally_probe_table *table,
		    const struct systally_probe_wants *wants)
{
	uint64_t at = sizeof(struct systally_probe_slot);

	*header = (struct systally_probe_header){
		.version = SYSTALLY_PROBE_VERSION,
		.collect = wants->collect,
		.clock = has_cycles() ? SYSTALLY_PROBE_CLOCK_CYCLES :
					SYSTALLY_PROBE_CLOCK_MONOTONIC,
		.flags = wants->threads ? SYSTALLY_PROBE_THREADS : 0,
		.functions = (uint32_t)table->count,
		.names = (uint32_t)table->name_count,
		.limit = BYTES_MAX,
	};
	memcpy(header->magic, SYSTALLY_PROBE_MAGIC, sizeof(header->magic));
	header->counts_at = (uint32_t)at;
	at += table->count * sizeof(uint64_t);
	if (wants->collect >= SYSTALLY_COLLECT_TIME) {
		header->times_at = (uint32_t)at;
		at += table->count * sizeof(struct systally_probe_times);
	}
	if (wants->collect >= SYSTALLY_COLLECT_HIST) {
		header->hists_at = (uint32_t)at;
		at += table->count * SYSTALLY_PROBE_BUCKETS * sizeof(uint64_t);
	}
	/* threads do not write to each other's cache lines */
	header->slot_bytes = (uint32_t)round_up(at, 64);
	header->functions_at = round_up(sizeof(*header), 64);
	header->names_at =
		header->functions_at +
		table->count * sizeof(struct systally_probe_function);
	header->texts_at =
		header->names_at +
		table->name_count * sizeof(struct systally_probe_name);
	header->slots_at = round_up(header->texts_at + table->text_bytes, 4096);
}

static int fill(struct systally_probe *probe, int file,
		const struct systally_probe_wants *wants,
		struct systally_error *error)
{
	const struct systally_probe_table *table = &probe->table;
	struct systally_probe_function *functions;
	struct systally_probe_header header;
	char *shared;
	int failed;
	size_t i;

	lay_out(&header, table, wants);
	if (wants->user && fchown(file, wants->user->uid, wants->user->gid))
		return systally_error_set(error, "cannot give %s to %s: %s",
					  probe->path, wants->user->name,
					  systally_error_meaning(errno));
	failed = posix_fallocate(file, 0, (off_t)header.slots_at);
	if (!failed && ftruncate(file, (off_t)header.limit))
		failed = errno;
	if (failed)
		return systally_error_set(error, "no room for %s: %s",
					  probe->path,
					  systally_error_meaning(failed));
	shared = mmap(NULL, header.limit, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_NORESERVE, file, 0);
	if (shared == MAP_FAILED)
		return systally_error_set(error, "cannot map %s: %s",
					  probe->path,
					  systally_error_meaning(errno));
	probe->shared = (void *)shared;
	functions = (void *)(shared + header.functions_at);
	for (i = 0; i < table->count; i++)
		functions[i] = table->functions[i].function;
	memcpy(shared + header.names_at, table->names,
	       table->name_count * sizeof(*table->names));
	memcpy(shared + header.texts_at, table->texts, table->text_bytes);
	*probe->shared = header;
	probe->layout = header;
	return 0;
}

int systally_probe_begin(struct systally_probe *probe,
			 const struct systally_probe_wants *wants,
			 struct systally_error *error)
{
	int file, result;

	*probe = (struct systally_probe){ 0 };
	probe->library = systally_probe_library(error);
	if (!probe->library ||
	    systally_probe_table_make(&probe->table, wants->functions, error))
		goto err_end;
	file = make_file(probe, error);
	if (file < 0)
		goto err_end;
	result = fill(probe, file, wants, error);
	close(file);
	if (result)
		goto err_end;
	probe->began_units = systally_probe_units(probe);
	probe->began_ns = systally_signals_now_ns();
	return 0;

err_end:
	systally_probe_end(probe);
	return -1;
}

int systally_probe_set_environment(struct systally_probe *probe)
{
	const char *before = getenv("LD_AUDIT");
	char *both = NULL;
	int result;

	if (before) {
		probe->before = strdup(before);
		if (!probe->before ||
		    asprintf(&both, "%s:%s", probe->library, before) < 0)
			return -1;
	}
	result = setenv("LD_AUDIT", both ? both : probe->library, 1) ||
		 setenv(SYSTALLY_PROBE_VARIABLE, probe->path, 1);
	free(both);
	return result ? -1 : 0;
}

void systally_probe_unset_environment(const struct systally_probe *probe)
{
	if (probe->before)
		setenv("LD_AUDIT", probe->before, 1);
	else
		unsetenv("LD_AUDIT");
	unsetenv(SYSTALLY_PROBE_VARIABLE);
}

void systally_probe_end(struct systally_probe *probe)
{
	if (probe->shared)
		munmap(probe->shared, BYTES_MAX);
	if (probe->path[0])
		unlink(probe->path);
	systally_probe_table_free(&probe->table);
	free(probe->library);
	free(probe->before);
	*probe = (struct systally_probe){ 0 };
}
