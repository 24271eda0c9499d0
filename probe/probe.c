// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds and maps the shared memory.
 */
#include "probe.h"

/* A process of 32 bits has room for so much. */
#define MAPPED_MAX_32 (128UL << 20)

struct systally_probe_header *probe_shared;
unsigned long probe_mapped;
uint32_t probe_clock, probe_times_at, probe_hists_at;

/* The compiler may call these. */
void *memset(void *to, int value, unsigned long bytes) HIDDEN;
void *memcpy(void *to, const void *from, unsigned long bytes) HIDDEN;

void *memset(void *to, int value, unsigned long bytes)
{
	volatile unsigned char *at = to;

	while (bytes--)
		*at++ = (unsigned char)value;
	return to;
}

void *memcpy(void *to, const void *from, unsigned long bytes)
{
	const unsigned char *in = from;
	volatile unsigned char *at = to;

	while (bytes--)
		*at++ = *in++;
	return to;
}

void probe_lines(const char *path, char end, probe_line_function *each,
		 void *context)
{
	char piece[512], line[256];
	unsigned int used = 0;
	int file = system_open(path, 0);
	long got, i;

	if (file < 0)
		return;
	while ((got = system_read(file, piece, sizeof(piece))) > 0) {
		for (i = 0; i < got; i++) {
			if (piece[i] != end) {
				if (used < sizeof(line) - 1)
					line[used++] = piece[i];
				continue;
			}
			line[used] = '\0';
			used = 0;
			if (each(context, line))
				goto out;
		}
	}
	if (used) {
		line[used] = '\0';
		each(context, line);
	}
out:
	system_close(file);
}

static int map_shared(const char *path)
{
	struct systally_probe_header *header;
	unsigned long bytes;
	int file = system_open(path, O_RDWR);

	if (file < 0)
		return -1;
	header = system_map(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
			    MAP_SHARED, file);
	if (system_failed(header))
		goto err_close;
	if (*(uint64_t *)header->magic != *(uint64_t *)SYSTALLY_PROBE_MAGIC ||
	    header->version != SYSTALLY_PROBE_VERSION)
		goto err_close;
	bytes = (unsigned long)header->limit;
	if (sizeof(long) == 4 && header->limit > MAPPED_MAX_32)
		bytes = MAPPED_MAX_32;
	probe_shared = system_map(NULL, bytes, PROT_READ | PROT_WRITE,
				  MAP_SHARED, file);
	if (system_failed(probe_shared)) {
		__atomic_add_fetch(&header->lost_threads, 1, __ATOMIC_RELAXED);
		goto err_close;
	}
	probe_mapped = bytes;
	probe_clock = header->clock;
	probe_times_at = header->times_at;
	probe_hists_at = header->hists_at;
	system_call(ARCH_MADVISE, probe_shared, bytes, MADV_DONTDUMP);
	system_close(file);
	return 0;

err_close:
	system_close(file);
	return -1;
}

static int on_variable(void *context, const char *line)
{
	const char *name = SYSTALLY_PROBE_VARIABLE "=";

	while (*name && *name == *line)
		name++, line++;
	if (*name)
		return 0;
	*(int *)context = map_shared(line);
	return 1;
}

int probe_open(void)
{
	int result = -1;

	probe_lines("/proc/self/environ", '\0', on_variable, &result);
	return result;
}

int probe_find_name(const char *name)
{
	const char *shared = (const char *)probe_shared;
	const struct systally_probe_name *names =
		(const void *)(shared + probe_shared->names_at);
	const char *texts = shared + probe_shared->texts_at;
	const uint32_t count = probe_shared->names;
	const uint32_t hash = systally_probe_hash(name);
	uint32_t from = 0, to = count, middle;

	while (from < to) {
		middle = (from + to) / 2;
		if (names[middle].hash < hash)
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < count && names[from].hash == hash; from++) {
		if (!text_compare(texts + names[from].text, name))
			return (int)from;
	}
	return -1;
}
