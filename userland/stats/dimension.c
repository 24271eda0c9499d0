// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of dimensions.
 */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "calls/abi.h"
#include "calls/subsystem.h"
#include "stats/dimension.h"

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* --- fields --- */

static int64_t tgid_number(const struct systally_group *group)
{
	return group->tgid;
}

static int64_t tid_number(const struct systally_group *group)
{
	return group->tid;
}

static int64_t nr_number(const struct systally_group *group)
{
	return group->nr;
}

static int64_t errno_number(const struct systally_group *group)
{
	return group->error;
}

static const char *comm_text(const struct systally_names *names,
			     const struct systally_group *group,
			     char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	(void)buffer;
	return group->comm;
}

static const char *abi_text(const struct systally_names *names,
			    const struct systally_group *group,
			    char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	(void)buffer;
	return systally_abi_name(group->abi);
}

static const char *call_text(const struct systally_names *names,
			     const struct systally_group *group,
			     char buffer[SYSTALLY_FIELD_LEN])
{
	(void)buffer;
	return systally_names_label(names, group->abi, group->nr);
}

/* As -e takes it. */
static const char *abi_call_text(const struct systally_names *names,
				 const struct systally_group *group,
				 char buffer[SYSTALLY_FIELD_LEN])
{
	systally_names_abi_call(names, group->abi, group->nr, buffer);
	return buffer;
}

static const char *errno_text(const struct systally_names *names,
			      const struct systally_group *group,
			      char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	systally_names_errno(group->error, buffer);
	return buffer;
}

static const char *meaning_text(const struct systally_names *names,
				const struct systally_group *group,
				char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	(void)buffer;
	return systally_names_errno_meaning(group->error);
}

static const char *subsystem_text(const struct systally_names *names,
				  const struct systally_group *group,
				  char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	(void)buffer;
	return systally_subsystem_name(group->subsystem);
}

static const struct systally_field
	field_tgid = { .key = "tgid", .heading = "pid", .number = tgid_number },
	field_tid = { .key = "tid", .heading = "tid", .number = tid_number },
	field_comm = { .key = "comm", .heading = "command", .text = comm_text },
	field_abi = { .key = "abi", .text = abi_text },
	field_abi_name = { .key = "abi", .heading = "abi", .text = abi_text },
	field_nr = { .key = "nr", .number = nr_number },
	field_call = { .key = "syscall", .text = call_text },
	field_abi_call = { .heading = "syscall", .text = abi_call_text },
	field_errno = { .key = "errno", .number = errno_number },
	field_errno_name = { .key = "name",
			     .heading = "errno",
			     .text = errno_text },
	field_meaning = { .heading = "meaning", .text = meaning_text },
	field_subsystem = { .key = "subsystem",
			    .heading = "subsystem",
			    .text = subsystem_text };

/* --- keys --- */

/* A step of a multiplicative hash. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

static uint64_t mix_comm(uint64_t hash, const struct systally_group *group)
{
	uint64_t words[sizeof(group->comm) / sizeof(uint64_t)];
	size_t i;

	memcpy(words, group->comm, sizeof(words));
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		hash = mix(hash, words[i]);
	return hash;
}

/* As strcmp(): no byte behind the end differs. */
static int compare_comms(const struct systally_group *a,
			 const struct systally_group *b)
{
	uint64_t left, right;
	size_t i;

	for (i = 0; i < sizeof(a->comm); i += sizeof(left)) {
		memcpy(&left, a->comm + i, sizeof(left));
		memcpy(&right, b->comm + i, sizeof(right));
		if (left != right)
			return be64toh(left) < be64toh(right) ? -1 : 1;
	}
	return 0;
}

static void take_call(struct systally_group *group,
		      const struct systally_row *row, bool threads)
{
	(void)threads;
	group->abi = row->abi;
	group->nr = row->nr;
}

static int compare_call(const struct systally_group *a,
			const struct systally_group *b)
{
	if (a->abi != b->abi)
		return COMPARE(a->abi, b->abi);
	return COMPARE(a->nr, b->nr);
}

/* Most calls that are compared by name are the same call of two processes. */
static int compare_call_names(const struct systally_names *names,
			      const struct systally_group *a,
			      const struct systally_group *b)
{
	const int order = compare_call(a, b);
	int result;

	if (!order)
		return 0;
	result = strcmp(systally_names_label(names, a->abi, a->nr),
			systally_names_label(names, b->abi, b->nr));
	return result ? result : order;
}

static uint64_t hash_call(uint64_t hash, const struct systally_group *group)
{
	return mix(hash, (uint64_t)group->abi << 32 | (uint32_t)group->nr);
}

/* With counters by thread, a row's start_ns is the thread's. */
static void take_process(struct systally_group *group,
			 const struct systally_row *row, bool threads)
{
	group->tgid = row->tgid;
	if (!threads)
		group->start_ns = row->start_ns;
}

static void take_thread(struct systally_group *group,
			const struct systally_row *row, bool threads)
{
	(void)threads;
	group->tgid = row->tgid;
	group->tid = row->tid;
	group->start_ns = row->start_ns;
}

/* Rows with tgid 0 sum up exited processes: only comm tells them apart. */
static int compare_process(const struct systally_group *a,
			   const struct systally_group *b)
{
	if (a->tgid != b->tgid)
		return COMPARE(a->tgid, b->tgid);
	if (a->tid != b->tid)
		return COMPARE(a->tid, b->tid);
	if (a->start_ns != b->start_ns)
		return COMPARE(a->start_ns, b->start_ns);
	return a->tgid ? 0 : compare_comms(a, b);
}

static int compare_process_names(const struct systally_names *names,
				 const struct systally_group *a,
				 const struct systally_group *b)
{
	const int order = compare_comms(a, b);

	(void)names;
	return order ? order : compare_process(a, b);
}

static uint64_t hash_process(uint64_t hash, const struct systally_group *group)
{
	hash = mix(hash, (uint64_t)group->tid << 32 | group->tgid);
	hash = mix(hash, group->start_ns);
	return group->tgid ? hash : mix_comm(hash, group);
}

static int compare_command_names(const struct systally_names *names,
				 const struct systally_group *a,
				 const struct systally_group *b)
{
	(void)names;
	return compare_comms(a, b);
}

/* The comm is copied in any case: it is also the name of a process. */
static void take_command(struct systally_group *group,
			 const struct systally_row *row, bool threads)
{
	(void)group;
	(void)row;
	(void)threads;
}

static void take_errno(struct systally_group *group,
		       const struct systally_row *row, bool threads)
{
	(void)threads;
	group->error = row->error;
}

static int compare_errno(const struct systally_group *a,
			 const struct systally_group *b)
{
	return COMPARE(a->error, b->error);
}

static int compare_errno_names(const struct systally_names *names,
			       const struct systally_group *a,
			       const struct systally_group *b)
{
	char left[SYSTALLY_FIELD_LEN], right[SYSTALLY_FIELD_LEN];
	const int order =
		strcmp(errno_text(names, a, left), errno_text(names, b, right));

	return order ? order : compare_errno(a, b);
}

static uint64_t hash_errno(uint64_t hash, const struct systally_group *group)
{
	return mix(hash, group->error);
}

static void take_subsystem(struct systally_group *group,
			   const struct systally_row *row, bool threads)
{
	(void)threads;
	group->subsystem = (uint16_t)systally_subsystem_of(row->abi, row->nr);
}

static int compare_subsystem(const struct systally_group *a,
			     const struct systally_group *b)
{
	return COMPARE(a->subsystem, b->subsystem);
}

static int compare_subsystem_names(const struct systally_names *names,
				   const struct systally_group *a,
				   const struct systally_group *b)
{
	const int order = strcmp(subsystem_text(names, a, NULL),
				 subsystem_text(names, b, NULL));

	return order ? order : compare_subsystem(a, b);
}

static uint64_t hash_subsystem(uint64_t hash,
			       const struct systally_group *group)
{
	return mix(hash, group->subsystem);
}

static void take_abi(struct systally_group *group,
		     const struct systally_row *row, bool threads)
{
	(void)threads;
	group->abi = row->abi;
}

static int compare_abi(const struct systally_group *a,
		       const struct systally_group *b)
{
	return COMPARE(a->abi, b->abi);
}

static int compare_abi_names(const struct systally_names *names,
			     const struct systally_group *a,
			     const struct systally_group *b)
{
	const int order =
		strcmp(abi_text(names, a, NULL), abi_text(names, b, NULL));

	return order ? order : compare_abi(a, b);
}

static uint64_t hash_abi(uint64_t hash, const struct systally_group *group)
{
	return mix(hash, group->abi);
}

/* --- dimensions --- */

const struct systally_dimension systally_dimensions[SYSTALLY_DIMENSIONS] = {
	[SYSTALLY_BY_SYSCALL] = {
		.word = "syscall", .take = take_call, .compare = compare_call,
		.hash = hash_call, .name = call_text,
		.compare_names = compare_call_names,
		.fields = { &field_abi, &field_nr, &field_call,
			    &field_abi_call },
	},
	[SYSTALLY_BY_PROCESS] = {
		.word = "process", .process = true,
		.take = take_process, .compare = compare_process,
		.hash = hash_process, .name = comm_text,
		.compare_names = compare_process_names,
		.fields = { &field_tgid, &field_comm },
	},
	[SYSTALLY_BY_THREAD] = {
		.word = "thread", .process = true, .threads = true,
		.take = take_thread, .compare = compare_process,
		.hash = hash_process, .name = comm_text,
		.compare_names = compare_process_names,
		.fields = { &field_tgid, &field_tid, &field_comm },
	},
	[SYSTALLY_BY_COMMAND] = {
		.word = "command", .take = take_command,
		.compare = compare_comms, .hash = mix_comm, .name = comm_text,
		.compare_names = compare_command_names,
		.fields = { &field_comm },
	},
	[SYSTALLY_BY_ERRNO] = {
		.word = "errno", .errors = true, .take = take_errno,
		.compare = compare_errno, .hash = hash_errno,
		.name = errno_text,
		.compare_names = compare_errno_names,
		.fields = { &field_errno, &field_errno_name, &field_meaning },
	},
	[SYSTALLY_BY_SUBSYSTEM] = {
		.word = "subsystem", .take = take_subsystem,
		.compare = compare_subsystem, .hash = hash_subsystem,
		.name = subsystem_text,
		.compare_names = compare_subsystem_names,
		.fields = { &field_subsystem },
	},
	[SYSTALLY_BY_ABI] = {
		.word = "abi", .take = take_abi, .compare = compare_abi,
		.hash = hash_abi, .name = abi_text,
		.compare_names = compare_abi_names,
		.fields = { &field_abi_name },
	},
};

const struct systally_dimension *systally_dimension_find(const char *word,
							 size_t length)
{
	size_t i;

	for (i = 0; i < SYSTALLY_DIMENSIONS; i++) {
		const char *known = systally_dimensions[i].word;

		if (strlen(known) == length && !strncmp(known, word, length))
			return &systally_dimensions[i];
	}
	return NULL;
}
