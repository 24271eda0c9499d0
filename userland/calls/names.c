// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names and numbers of system calls on each ABI, from libseccomp and the table of
 * subsystems, and names of errors.
 */
#define _GNU_SOURCE
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls/abi.h"
#include "calls/names.h"
#include "calls/subsystem.h"

#define LABEL_LEN sizeof("function_1022")

struct call {
	const char *label; /* NULL: nobody has asked yet */
	char *name;	   /* NULL: it has none */
	char number[LABEL_LEN];
};

/*
 * Calls are looked up when somebody asks for them first: each takes libseccomp
 * a search of its whole table, and a report has few of all numbers. So a
 * constant struct systally_names gets more names; it belongs to one thread.
 */
struct systally_names {
	struct call (*calls)[SYSTALLY_NR_MAX];
};

/* Tables besides those of ABIs: unknown ABIs', whose calls have no name */
#define TABLE_UNKNOWN	SYSTALLY_ABIS
#define TABLE_FUNCTIONS (SYSTALLY_ABIS + 1)
#define TABLES		(SYSTALLY_ABIS + 2)

static unsigned int table_of(unsigned int abi)
{
	if (abi < SYSTALLY_ABIS)
		return abi;
	return abi == SYSTALLY_ABI_FUNCTION ? TABLE_FUNCTIONS : TABLE_UNKNOWN;
}

/* Returns a copy of the call's name, or NULL. */
static char *name_of(unsigned int abi, int nr)
{
	const struct systally_abi_info *its = &systally_abis[abi];
	const struct systally_call *call;
	char *name;

	/*
	 * By number: for i386, libseccomp gives pseudo numbers to names of
	 * calls that once were commands of socketcall and ipc.
	 */
	name = seccomp_syscall_resolve_num_arch(its->arch, its->nr_mask | nr);
	if (name)
		return name;
	/* a call that is newer than the library */
	call = systally_call_find(abi, nr);
	return call ? strdup(call->name) : NULL;
}

/* Once for each call. Not inlined: find_call() is called millions of times. */
static __attribute__((noinline)) void ask(struct call *call, unsigned int abi,
					  int nr)
{
	if (abi < SYSTALLY_ABIS)
		call->name = name_of(abi, nr);
	if (!call->name)
		snprintf(call->number, LABEL_LEN,
			 abi == SYSTALLY_ABI_FUNCTION ? "function_%d" :
							"syscall_%d",
			 nr);
	call->label = call->name ? call->name : call->number;
}

/* Returns the call of a number that a kernel could have. */
static const struct call *find_call(const struct systally_names *names,
				    unsigned int abi, int nr)
{
	struct call *call = &names->calls[table_of(abi)][nr];

	if (!call->label)
		ask(call, abi, nr);
	return call;
}

struct systally_names *systally_names_new(void)
{
	struct systally_names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->calls = calloc(TABLES, sizeof(*names->calls));
	if (names->calls)
		return names;
	free(names);
	return NULL;
}

void systally_names_free(struct systally_names *names)
{
	unsigned int table;
	int nr;

	if (!names)
		return;
	for (table = 0; table < TABLES; table++) {
		for (nr = 0; nr < SYSTALLY_NR_MAX; nr++)
			free(names->calls[table][nr].name);
	}
	free(names->calls);
	free(names);
}

int systally_names_functions(const struct systally_names *names,
			     const struct systally_function *functions,
			     size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct call *call;

		if (functions[i].nr >= SYSTALLY_NR_MAX)
			continue;
		call = &names->calls[TABLE_FUNCTIONS][functions[i].nr];
		if (call->name && !strcmp(call->name, functions[i].name))
			continue;
		free(call->name);
		call->name = strdup(functions[i].name);
		call->label = call->name;
		if (!call->name)
			return -1;
	}
	return 0;
}

const char *systally_names_known(const struct systally_names *names,
				 unsigned int abi, int nr)
{
	if (systally_names_nr(nr) == SYSTALLY_NR_OUT_OF_RANGE)
		return NULL;
	return find_call(names, abi, nr)->name;
}

const char *systally_names_label(const struct systally_names *names,
				 unsigned int abi, int nr)
{
	if (systally_names_nr(nr) == SYSTALLY_NR_OUT_OF_RANGE)
		return "out_of_range";
	return find_call(names, abi, nr)->label;
}

void systally_names_call(const struct systally_names *names, unsigned int abi,
			 int nr, char name[SYSTALLY_NAME_LEN])
{
	snprintf(name, SYSTALLY_NAME_LEN, "%s",
		 systally_names_label(names, abi, nr));
}

void systally_names_abi_call(const struct systally_names *names,
			     unsigned int abi, int nr,
			     char text[SYSTALLY_CALL_LEN])
{
	snprintf(text, SYSTALLY_CALL_LEN, "%s%s", systally_abi_prefix(abi),
		 systally_names_label(names, abi, nr));
}

int systally_names_number(const struct systally_names *names, unsigned int abi,
			  const char *name)
{
	const char *known;
	int nr;

	for (nr = 0; nr < SYSTALLY_NR_MAX; nr++) {
		known = systally_names_known(names, abi, nr);
		if (known && !strcmp(known, name))
			return nr;
	}
	return -1;
}

/*
 * Errors that programs never see: the kernel restarts the call or replaces the
 * error before it returns. Tracers see them. From include/linux/errno.h.
 */
static const struct {
	unsigned int error;
	const char *name, *meaning;
} kernel_errors[] = {
	{ 512, "ERESTARTSYS", "Interrupted, to be restarted if SA_RESTART" },
	{ 513, "ERESTARTNOINTR", "Interrupted, to be restarted" },
	{ 514, "ERESTARTNOHAND", "Interrupted, restarted if no handler ran" },
	{ 515, "ENOIOCTLCMD", "No such ioctl command" },
	{ 516, "ERESTART_RESTARTBLOCK", "Interrupted by signal" },
	{ 517, "EPROBE_DEFER", "Driver asks to be probed again" },
	{ 518, "EOPENSTALE", "Open found a stale dentry" },
	{ 519, "ENOPARAM", "Parameter not supported" },
	{ 521, "EBADHANDLE", "Illegal NFS file handle" },
	{ 522, "ENOTSYNC", "Update synchronization mismatch" },
	{ 523, "EBADCOOKIE", "Cookie is stale" },
	{ 524, "ENOTSUPP", "Operation is not supported" },
	{ 525, "ETOOSMALL", "Buffer or request is too small" },
	{ 526, "ESERVERFAULT", "An untranslatable error occurred" },
	{ 527, "EBADTYPE", "Type not supported by server" },
	{ 528, "EJUKEBOX", "Request not completed before timeout" },
	{ 529, "EIOCBQUEUED", "Queued, an event will follow" },
	{ 530, "ERECALLCONFLICT", "Conflict with recalled state" },
	{ 531, "ENOGRACE", "NFS file lock reclaim refused" },
};

#define KERNEL_ERRORS (sizeof(kernel_errors) / sizeof(kernel_errors[0]))

void systally_names_errno(unsigned int error, char name[SYSTALLY_NAME_LEN])
{
	const char *known = strerrorname_np((int)error);
	size_t i;

	for (i = 0; !known && i < KERNEL_ERRORS; i++) {
		if (kernel_errors[i].error == error)
			known = kernel_errors[i].name;
	}
	if (known && error)
		snprintf(name, SYSTALLY_NAME_LEN, "%s", known);
	else
		snprintf(name, SYSTALLY_NAME_LEN, "errno_%u", error);
}

const char *systally_names_errno_meaning(unsigned int error)
{
	const char *known = strerrordesc_np((int)error);
	size_t i;

	for (i = 0; !known && i < KERNEL_ERRORS; i++) {
		if (kernel_errors[i].error == error)
			known = kernel_errors[i].meaning;
	}
	return known && error ? known : "not an error of this libc";
}

const char *systally_names_collect(unsigned int collect)
{
	static const char *const collects[] = {
		[SYSTALLY_COLLECT_COUNT] = "count",
		[SYSTALLY_COLLECT_TIME] = "time",
		[SYSTALLY_COLLECT_HIST] = "hist",
	};

	if (collect >= sizeof(collects) / sizeof(collects[0]))
		return "unknown";
	return collects[collect];
}
