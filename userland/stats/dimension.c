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
#include "units/containers.h"
#include "units/users.h"

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* --- fields --- */

static int64_t tgid_number(const struct systally_group *group)
{
	return group->pid;
}

/* 0 stands for processes that have ended, and share a row. */
static bool tgid_known(const struct systally_group *group)
{
	return group->pid || !group->tgid;
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

static const char *cgroup_text(const struct systally_names *names,
			       const struct systally_group *group,
			       char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	(void)buffer;
	return group->cgroup;
}

static const char *unit_text(const struct systally_names *names,
			     const struct systally_group *group,
			     char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	(void)buffer;
	return group->unit;
}

static const char *container_text(const struct systally_names *names,
				  const struct systally_group *group,
				  char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	(void)buffer;
	return group->container;
}

static const char *container_name_text(const struct systally_names *names,
				       const struct systally_group *group,
				       char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	(void)buffer;
	return group->container ? systally_containers_name(group->container) :
				  NULL;
}

/* The name, or as much of the id as docker ps shows */
static const char *container_short_text(const struct systally_names *names,
					const struct systally_group *group,
					char buffer[SYSTALLY_FIELD_LEN])
{
	const char *name = container_name_text(names, group, buffer);

	if (name || !group->container ||
	    strlen(group->container) != SYSTALLY_CONTAINER_ID_LEN)
		return name ? name : group->container;
	snprintf(buffer, SYSTALLY_FIELD_LEN, "%.12s", group->container);
	return buffer;
}

static const char *user_text(const struct systally_names *names,
			     const struct systally_group *group,
			     char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	(void)buffer;
	return systally_users_name(group->uid);
}

static int64_t uid_number(const struct systally_group *group)
{
	return group->uid;
}

static bool uid_known(const struct systally_group *group)
{
	return group->uid != SYSTALLY_UID_UNKNOWN;
}

static const char *exe_text(const struct systally_names *names,
			    const struct systally_group *group,
			    char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	(void)buffer;
	return group->exe;
}

static int64_t parent_number(const struct systally_group *group)
{
	return group->parent;
}

static bool parent_known(const struct systally_group *group)
{
	return group->parent;
}

static const struct systally_field
	field_tgid = { .key = "tgid",
		       .heading = "pid",
		       .number = tgid_number,
		       .known = tgid_known },
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
	field_cgroup = { .key = "cgroup",
			 .heading = "cgroup",
			 .text = cgroup_text },
	field_unit = { .key = "unit", .heading = "unit", .text = unit_text },
	field_container = { .key = "container", .text = container_text },
	field_container_name = { .key = "container_name",
				 .text = container_name_text },
	field_container_short = { .heading = "container",
				  .text = container_short_text },
	field_uid = { .key = "uid", .number = uid_number, .known = uid_known },
	field_user = { .key = "user", .heading = "user", .text = user_text },
	field_exe = { .key = "exe", .heading = "exe", .text = exe_text },
	field_parent = { .key = "parent",
			 .heading = "parent",
			 .number = parent_number,
			 .known = parent_known },
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
		      const struct systally_taken *from)
{
	group->abi = from->row->abi;
	group->nr = from->row->nr;
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

/* The number of a row's process in this pid namespace, where it is known */
static uint32_t pid_of(const struct systally_taken *from)
{
	return from->facts->tgid ? from->facts->pid : from->row->tgid;
}

/* With counters by thread, a row's start_ns is the thread's. */
static void take_process(struct systally_group *group,
			 const struct systally_taken *from)
{
	group->tgid = from->row->tgid;
	group->pid = pid_of(from);
	if (!from->threads)
		group->start_ns = from->row->start_ns;
}

static void take_thread(struct systally_group *group,
			const struct systally_taken *from)
{
	group->tgid = from->row->tgid;
	group->pid = pid_of(from);
	group->tid = from->row->tid;
	group->start_ns = from->row->start_ns;
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
			 const struct systally_taken *from)
{
	(void)group;
	(void)from;
}

static void take_errno(struct systally_group *group,
		       const struct systally_taken *from)
{
	group->error = from->row->error;
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
			   const struct systally_taken *from)
{
	group->subsystem =
		(uint16_t)systally_subsystem_of(from->row->abi, from->row->nr);
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
		     const struct systally_taken *from)
{
	group->abi = from->row->abi;
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

/* Interned texts: equal ones have one address. NULL comes first. */
static int compare_texts(const char *a, const char *b)
{
	if (a == b)
		return 0;
	return a && b ? strcmp(a, b) : a ? 1 : -1;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	return mix(hash, (uintptr_t)text);
}

/* A dimension whose key is an interned text: group->MEMBER */
#define TEXT_DIMENSION(member)                                            \
	static void take_##member(struct systally_group *group,           \
				  const struct systally_taken *from)      \
	{                                                                 \
		group->member = from->facts->member;                      \
	}                                                                 \
	static int compare_##member(const struct systally_group *a,       \
				    const struct systally_group *b)       \
	{                                                                 \
		return compare_texts(a->member, b->member);               \
	}                                                                 \
	static int compare_##member##_names(                              \
		const struct systally_names *names,                       \
		const struct systally_group *a,                           \
		const struct systally_group *b)                           \
	{                                                                 \
		(void)names;                                              \
		return compare_texts(a->member, b->member);               \
	}                                                                 \
	static uint64_t hash_##member(uint64_t hash,                      \
				      const struct systally_group *group) \
	{                                                                 \
		return mix_text(hash, group->member);                     \
	}

TEXT_DIMENSION(cgroup)
TEXT_DIMENSION(unit)
TEXT_DIMENSION(container)
TEXT_DIMENSION(exe)

static void take_user(struct systally_group *group,
		      const struct systally_taken *from)
{
	group->uid = from->facts->uid;
}

static int compare_user(const struct systally_group *a,
			const struct systally_group *b)
{
	return COMPARE(a->uid, b->uid);
}

static int compare_user_names(const struct systally_names *names,
			      const struct systally_group *a,
			      const struct systally_group *b)
{
	const int order = compare_texts(user_text(names, a, NULL),
					user_text(names, b, NULL));

	return order ? order : compare_user(a, b);
}

static uint64_t hash_user(uint64_t hash, const struct systally_group *group)
{
	return mix(hash, group->uid);
}

static void take_parent(struct systally_group *group,
			const struct systally_taken *from)
{
	group->parent = from->facts->parent;
}

static int compare_parent(const struct systally_group *a,
			  const struct systally_group *b)
{
	return COMPARE(a->parent, b->parent);
}

static int compare_parent_names(const struct systally_names *names,
				const struct systally_group *a,
				const struct systally_group *b)
{
	(void)names;
	return compare_parent(a, b);
}

static uint64_t hash_parent(uint64_t hash, const struct systally_group *group)
{
	return mix(hash, group->parent);
}

/* The number as text, since names are texts */
static const char *parent_text(const struct systally_names *names,
			       const struct systally_group *group,
			       char buffer[SYSTALLY_FIELD_LEN])
{
	(void)names;
	snprintf(buffer, SYSTALLY_FIELD_LEN, "%u", group->parent);
	return buffer;
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
		.word = "process", .process = true, .numbers = true,
		.take = take_process, .compare = compare_process,
		.hash = hash_process, .name = comm_text,
		.compare_names = compare_process_names,
		.fields = { &field_tgid, &field_comm },
	},
	[SYSTALLY_BY_THREAD] = {
		.word = "thread", .process = true, .numbers = true,
		.threads = true,
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
	[SYSTALLY_BY_UNIT] = {
		.word = "unit", .take = take_unit, .compare = compare_unit,
		.hash = hash_unit, .name = unit_text,
		.compare_names = compare_unit_names,
		.fields = { &field_unit },
	},
	[SYSTALLY_BY_CONTAINER] = {
		.word = "container", .take = take_container,
		.compare = compare_container, .hash = hash_container,
		.name = container_short_text,
		.compare_names = compare_container_names,
		.fields = { &field_container, &field_container_name,
			    &field_container_short },
	},
	[SYSTALLY_BY_CGROUP] = {
		.word = "cgroup", .take = take_cgroup,
		.compare = compare_cgroup, .hash = hash_cgroup,
		.name = cgroup_text, .compare_names = compare_cgroup_names,
		.fields = { &field_cgroup },
	},
	[SYSTALLY_BY_USER] = {
		.word = "user", .take = take_user, .compare = compare_user,
		.hash = hash_user, .name = user_text,
		.compare_names = compare_user_names,
		.fields = { &field_uid, &field_user },
	},
	[SYSTALLY_BY_EXE] = {
		.word = "exe", .take = take_exe, .compare = compare_exe,
		.hash = hash_exe, .name = exe_text,
		.compare_names = compare_exe_names,
		.fields = { &field_exe },
	},
	[SYSTALLY_BY_PARENT] = {
		.word = "parent", .numbers = true, .take = take_parent,
		.compare = compare_parent, .hash = hash_parent,
		.name = parent_text, .compare_names = compare_parent_names,
		.fields = { &field_parent },
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
