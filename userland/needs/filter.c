// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the filters with libseccomp, before the fork. The child only loads them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls/abi.h"
#include "needs/filter.h"

const char *systally_way_name(enum systally_way way)
{
	return way == SYSTALLY_STUB ? "stub" : "fake";
}

static int failed(int why, struct systally_error *error)
{
	return systally_error_set(error, "cannot make a seccomp filter: %s",
				  strerror(why < 0 ? -why : why));
}

/*
 * Begins a filter for all ABIs that are known. It allows calls of any other.
 * Returns NULL if libseccomp cannot.
 */
static scmp_filter_ctx new_filter(uint32_t action)
{
	scmp_filter_ctx context = seccomp_init(action);
	unsigned int abi;

	if (!context)
		return NULL;
	if (seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW))
		goto err_release;
	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		/* the native one is there already */
		if (seccomp_arch_add(context, systally_abis[abi].arch) &&
		    seccomp_arch_exist(context, systally_abis[abi].arch))
			goto err_release;
	}
	return context;

err_release:
	seccomp_release(context);
	return NULL;
}

/* Takes the BPF program from @context, and releases @context. */
static int export(struct systally_filter *filter, scmp_filter_ctx context,
		  struct systally_error *error)
{
	int fd = memfd_create("systally-filter", MFD_CLOEXEC);
	struct stat status;
	int result = -1;
	int why;

	if (fd < 0) {
		failed(errno, error);
		goto out;
	}
	why = seccomp_export_bpf(context, fd);
	if (why || fstat(fd, &status)) {
		failed(why ? why : errno, error);
		goto out_close;
	}
	filter->program.filter = malloc((size_t)status.st_size + 1);
	if (!filter->program.filter ||
	    pread(fd, filter->program.filter, (size_t)status.st_size, 0) !=
		    status.st_size) {
		failed(ENOMEM, error);
		systally_filter_free(filter);
		goto out_close;
	}
	filter->program.len = (unsigned short)((size_t)status.st_size /
					       sizeof(struct sock_filter));
	result = 0;
out_close:
	close(fd);
out:
	seccomp_release(context);
	return result;
}

/*
 * Adds the rule for one feature. The exec that starts the command must not be
 * changed; its argument list has an address that no other exec uses.
 */
static int add_rule(scmp_filter_ctx context,
		    const struct systally_needs_change *change,
		    const void *arguments)
{
	const struct systally_feature *feature = change->feature;
	uint32_t action = change->way == SYSTALLY_STUB ?
				  SCMP_ACT_ERRNO(ENOSYS) :
				  SCMP_ACT_ERRNO(0);
	int nr = seccomp_syscall_resolve_name(feature->call);
	struct scmp_arg_cmp compare = {
		.arg = feature->argument,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = feature->mask,
		.datum_b = feature->value,
	};

	if (nr == __NR_SCMP_ERROR)
		return -EINVAL;
	if (feature->part)
		return seccomp_rule_add_array(context, action, nr, 1, &compare);
	if (strcmp(feature->call, "execve"))
		return seccomp_rule_add_array(context, action, nr, 0, NULL);
	compare.arg = 1;
	compare.op = SCMP_CMP_NE;
	compare.datum_a = (uintptr_t)arguments;
	return seccomp_rule_add_array(context, action, nr, 1, &compare);
}

/* Lets kill(@pid, ...) fail with EPERM. */
static int refuse_kill(scmp_filter_ctx context, int pid)
{
	return seccomp_rule_add(
		context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill), 1,
		SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)pid));
}

/*
 * Protects processes that do not belong to the run. A program may take the -1
 * of a stubbed fork() for a pid, and kill(-1) reaches every process. And the C
 * library returns the result of getpid() unchecked, so kill() gets the
 * -ENOSYS of a stub as a process group.
 */
static int protect_others(scmp_filter_ctx context,
			  const struct systally_needs_change *changes,
			  size_t count)
{
	bool group = false;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcmp(changes[i].feature->call, "kill"))
			return 0;
		/* as in kill(-getpgrp(), ...) */
		group |= !strcmp(changes[i].feature->call, "getpgrp");
	}
	return refuse_kill(context, -1)		     ?:
		       refuse_kill(context, -ENOSYS) ?:
		       (group ? refuse_kill(context, ENOSYS) : 0);
}

int systally_filter_deny(struct systally_filter *filter,
			 const struct systally_needs_change *changes,
			 size_t count, const void *arguments,
			 struct systally_error *error)
{
	scmp_filter_ctx context;
	size_t i;
	int why;

	memset(filter, 0, sizeof(*filter));
	context = new_filter(SCMP_ACT_ALLOW);
	if (!context)
		return failed(ENOMEM, error);
	for (i = 0; i < count; i++) {
		why = add_rule(context, &changes[i], arguments);
		if (why) {
			seccomp_release(context);
			return systally_error_set(
				error,
				"libseccomp cannot filter %s: %s; leave it out with -e '!%s'",
				changes[i].feature->label, strerror(-why),
				changes[i].feature->call);
		}
	}
	why = count ? protect_others(context, changes, count) : 0;
	if (!why)
		return export(filter, context, error);
	seccomp_release(context);
	return failed(why, error);
}

int systally_filter_notify(struct systally_filter *filter, const void *message,
			   struct systally_error *error)
{
	scmp_filter_ctx context = new_filter(SCMP_ACT_NOTIFY);
	int why;

	memset(filter, 0, sizeof(*filter));
	if (!context)
		return failed(ENOSYS, error);
	why = seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(sendmsg), 1,
			       SCMP_A1(SCMP_CMP_EQ, (uintptr_t)message));
	if (why) {
		seccomp_release(context);
		return failed(why, error);
	}
	return export(filter, context, error);
}

void systally_filter_free(struct systally_filter *filter)
{
	free(filter->program.filter);
	memset(filter, 0, sizeof(*filter));
}

/*
 * By the raw call, not by seccomp_load(). libseccomp 2.5.4 makes the BPF program
 * there, so the child would make it after its gate is open: that time (up to 30
 * ms for 130 calls) and memory (900 KiB) would be measured as the command's. It
 * also frees memory after the load. If that makes a call, it is notified and
 * waits for the listener, which has not been handed over yet.
 */
int systally_filter_load(const struct systally_filter *filter, bool listener)
{
	/*
	 * Without this flag, kernels before 5.16 switch a mitigation on for the
	 * process, which slows all of it down, not only its calls.
	 */
	unsigned long flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;

	if (listener)
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			    &filter->program);
}

bool systally_filter_knows(const char *name)
{
	return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR;
}

const char *systally_filter_cannot(const struct systally_feature *feature)
{
	if (feature->nr >= 0 || !systally_filter_knows(feature->call))
		return "libseccomp has no name for it";
	/* see add_rule(): this one always passes */
	if (!strcmp(feature->call, "execve") && feature->count == 1)
		return "it only starts the command";
	return NULL;
}
