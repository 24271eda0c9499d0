// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of finding and describing the module, of its parameters, and of
 * the messages when the kernel refuses it. Nothing is loaded. Run by
 * `make check-unit`.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device/kmod.h"
#include "device/kmsg.h"
#include "device/refusal.h"
#include "kmod_fixture.h"

/* What modpost writes into .modinfo */
#define PARAMETERS                                                  \
	"parm=enabled:0 or 1 (default 1)\0parmtype=enabled:charp\0" \
	"parm=collect:count, time or hist (default count)\0"        \
	"parmtype=collect:charp\0"                                  \
	"parm=syscalls:calls to count\0parmtype=syscalls:charp\0"   \
	"parm=targets:pids to count\0parmtype=targets:charp\0"

#define MODINFO                                 \
	"version=0.1\0license=GPL\0" PARAMETERS \
	"vermagic=6.1.0-test SMP preempt mod_unload modversions \0"

struct context {
	char path[64];
	struct systally_kmod kmod;
	struct systally_refusal refusal;
	struct systally_error error;
};

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));

	if (!c)
		return -1;
	strcpy(c->path, "/tmp/systally-test-XXXXXX");
	if (!mkdtemp(c->path))
		return -1;
	strcat(c->path, "/systally.ko");
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;

	systally_kmod_close(&c->kmod);
	unlink(c->path);
	*strrchr(c->path, '/') = '\0';
	rmdir(c->path);
	free(c);
	return 0;
}

static void open_module(struct context *c)
{
	put_module(c->path, MODINFO, sizeof(MODINFO) - 1);
	if (systally_kmod_open(&c->kmod, c->path, &c->error))
		fail_msg("%s", c->error.text);
}

/* All of @parts, which are separated by |, are in the message. */
static void expect_error(struct context *c, const char *parts)
{
	char *copy = strdup(parts), *rest = copy, *part;

	while ((part = strsep(&rest, "|"))) {
		if (!strstr(c->error.text, part))
			fail_msg("'%s' is not in: %s", part, c->error.text);
	}
	if (strchr(c->error.text, '\n'))
		fail_msg("more than one line: %s", c->error.text);
	free(copy);
	systally_error_clear(&c->error);
}

static void modules_are_described(void **state)
{
	struct context *c = *state;
	char release[65];

	open_module(c);
	assert_string_equal(c->kmod.path, c->path);
	assert_false(c->kmod.installed);
	assert_string_equal(systally_kmod_info(&c->kmod, "version"), "0.1");
	assert_null(systally_kmod_info(&c->kmod, "signer"));
	systally_kmod_release(&c->kmod, release);
	assert_string_equal(release, "6.1.0-test");
	assert_string_equal(systally_kmod_parameter(&c->kmod, "enabled"),
			    "0 or 1 (default 1)");
	assert_null(systally_kmod_parameter(&c->kmod, "enable"));
	assert_null(systally_kmod_parameter(&c->kmod, "enabled:"));
	assert_null(systally_kmod_parameter(&c->kmod, ""));
}

static void other_files_are_refused(void **state)
{
	struct context *c = *state;
	FILE *file;

	assert_int_equal(systally_kmod_open(&c->kmod, c->path, &c->error), -1);
	expect_error(c, "cannot read |/systally.ko|No such file");
	file = fopen(c->path, "w");
	assert_non_null(file);
	fputs("This is not a module, but long enough for one.", file);
	fclose(file);
	assert_int_equal(systally_kmod_open(&c->kmod, c->path, &c->error), -1);
	expect_error(c, "cannot read |/systally.ko|not a kernel module|make");
}

static void expect_joined(struct context *c, char **words, int count,
			  const char *wanted)
{
	char *text = systally_kmod_join(&c->kmod, words, count, &c->error);

	if (!text)
		fail_msg("%s", c->error.text);
	assert_string_equal(text, wanted);
	free(text);
}

static void expect_refused(struct context *c, const char *word,
			   const char *parts)
{
	char *copy = strdup(word);

	assert_null(systally_kmod_join(&c->kmod, &copy, 1, &c->error));
	expect_error(c, parts);
	free(copy);
}

static void parameters_are_joined(void **state)
{
	static char time[] = "collect=time", none[] = "targets=";
	static char two[] = "syscalls=read write", twice[] = "collect=a=b";
	static char *words[] = { time, two, none, twice };
	struct context *c = *state;

	open_module(c);
	expect_joined(c, words, 0, "");
	expect_joined(c, words, 1, "collect=time");
	expect_joined(
		c, words, 4,
		"collect=time syscalls=\"read write\" targets= collect=a=b");
}

static void other_parameters_are_refused(void **state)
{
	struct context *c = *state;

	open_module(c);
	expect_refused(
		c, "bogus=1",
		"'bogus=1' is not a parameter|collect, enabled, syscalls, targets");
	expect_refused(c, "collec=1", "is not a parameter");
	expect_refused(c, "collect_=1", "is not a parameter");
	expect_refused(c, "collect", "'collect' is not NAME=VALUE|collect, e");
	expect_refused(c, "=1", "is not NAME=VALUE");
	expect_refused(c, "", "is not NAME=VALUE");
	expect_refused(c, "collect=\"x", "quotation mark");
	systally_kmod_close(&c->kmod);
	put_module(c->path, "version=0.1", 12);
	assert_int_equal(systally_kmod_open(&c->kmod, c->path, &c->error), 0);
	expect_refused(c, "collect=time", "the module has no parameters");
}

static void explain(struct context *c, int error, const char *parts)
{
	c->refusal.error = error;
	c->refusal.path = "/somewhere/systally.ko";
	assert_int_equal(systally_refusal_explain(&c->refusal, &c->error), -1);
	assert_int_equal(strncmp(c->error.text, "cannot load /", 13), 0);
	expect_error(c, parts);
}

static void missing_rights_are_named(void **state)
{
	struct context *c = *state;
	struct systally_policy *policy = &c->refusal.policy;

	explain(c, EPERM, "/systally.ko: only root|sudo");
	policy->root = true;
	policy->user_namespace = SYSTALLY_YES;
	explain(c, EPERM, "user namespace|on the machine itself");
	policy->user_namespace = SYSTALLY_NO;
	policy->sys_module = SYSTALLY_NO;
	explain(c, EPERM, "CAP_SYS_MODULE is missing|container");
	policy->sys_module = SYSTALLY_YES;
	explain(c, EPERM, "not permitted|kernel log|audit log");
	strcpy(policy->lockdown, "integrity");
	explain(c, EPERM, "locked down (integrity)|sign it|lockdown=none");
	policy->secure_boot = SYSTALLY_YES;
	explain(c, EPERM, "(integrity, with Secure Boot on)");
	policy->modules_disabled = SYSTALLY_YES;
	explain(c, EPERM, "modules_disabled is 1|reboot");
}

static void missing_signatures_are_named(void **state)
{
	struct context *c = *state;

	explain(c, ENOKEY, "not signed|mokutil");
	explain(c, EKEYREJECTED, "not signed|mokutil");
	explain(c, EBADMSG, "damaged|sign it again");
	c->refusal.signer = "Some key";
	explain(c, EKEYREJECTED, "signed by 'Some key'|does not trust|enrol");
}

static void other_kernels_are_named(void **state)
{
	struct context *c = *state;

	strcpy(c->refusal.release, "6.1.0-test");
	strcpy(c->refusal.kernel, "6.1.0-other");
	explain(c, ENOEXEC,
		"for kernel 6.1.0-test, and this is 6.1.0-other|make");
	strcpy(c->refusal.kernel, "6.1.0-test");
	strcpy(c->refusal.log, "version magic 'a' should be 'b'");
	explain(c, ENOEXEC,
		"another configuration of kernel 6.1.0-test (kernel log: version magic 'a' should be 'b'); build");
	strcpy(c->refusal.log, "Unknown symbol foo (err -2)");
	explain(c, ENOENT, "lacks a function|(kernel log: Unknown symbol foo");
}

static void invalid_values_are_named(void **state)
{
	struct context *c = *state;

	strcpy(c->refusal.parameter, "collect=bogus");
	c->refusal.takes = "count, time or hist (default count)";
	explain(c, EINVAL,
		"ko: parameter collect=bogus: invalid value; collect: count, time or hist (default count)");
	strcpy(c->refusal.parameter, "targets=4194303");
	explain(c, ESRCH, "targets=4194303: there is no such process; check");
	strcpy(c->refusal.parameter, "syscalls=nosuchcall");
	explain(c, ENOENT, "syscalls=nosuchcall: the running kernel has no");
	strcpy(c->refusal.parameter, "hook=direct");
	strcpy(c->refusal.log, "hook=direct sees no exits");
	explain(c, EOPNOTSUPP,
		"parameter hook=direct: |(kernel log: hook=direct sees no exits); use auto");
	c->refusal.takes = NULL;
	explain(c, EINVAL, "parameter hook=direct: |does not know");
}

static void other_errors_are_named(void **state)
{
	struct context *c = *state;

	explain(c, EEXIST, "loaded already|systally unload");
	explain(c, EINVAL, "a parameter is invalid|kernel log");
	explain(c, EBUSY, "another process|again");
	explain(c, ENOSYS, "CONFIG_MODULES is off");
	explain(c, ENOSPC, "No space left");
}

static void put_record(int fd, const char *record)
{
	assert_int_equal(send(fd, record, strlen(record), 0), strlen(record));
}

static void add_line(void *context, const char *text)
{
	strcat(context, text);
	strcat(context, "|");
}

/* A SOCK_SEQPACKET socket returns single records, as /dev/kmsg does. */
static void kernel_log_is_read_by_records(void **state)
{
	struct systally_kmsg kmsg, none = { .fd = -1 };
	char lines[256] = "";
	int fds[2];

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	kmsg.fd = fds[0];
	put_record(fds[1], "6,1,2,-;systally: one\n SUBSYSTEM=x\n");
	put_record(fds[1], "6,2,3,-;other: systally: two\n");
	put_record(fds[1], "no record");
	put_record(fds[1], "6,3,4,-;systally");
	put_record(fds[1], "3,4,5,c;systally: three; four");
	systally_kmsg_read(&kmsg, "systally: ", add_line, lines);
	assert_string_equal(lines, "one|three; four|");
	put_record(fds[1], "3,5,6,-;systally: five\n");
	systally_kmsg_read(&kmsg, "systally: ", add_line, lines);
	assert_string_equal(lines, "one|three; four|five|");
	systally_kmsg_end(&kmsg);
	assert_int_equal(kmsg.fd, -1);
	/* a log that cannot be read */
	systally_kmsg_read(&none, "", add_line, lines);
	systally_kmsg_end(&none);
	assert_string_equal(lines, "one|three; four|five|");
	close(fds[1]);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(modules_are_described),
		TEST(other_files_are_refused),
		TEST(parameters_are_joined),
		TEST(other_parameters_are_refused),
		TEST(missing_rights_are_named),
		TEST(missing_signatures_are_named),
		TEST(other_kernels_are_named),
		TEST(invalid_values_are_named),
		TEST(other_errors_are_named),
		TEST(kernel_log_is_read_by_records),
	};

	return cmocka_run_group_tests_name("kmod", tests, NULL, NULL);
}
