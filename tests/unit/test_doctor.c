// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of doctor's findings, of the kernel configurations it reads, and
 * of what it says about rights and policies. Run by `make check-unit`.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "doctor/build.h"
#include "doctor/run_time.h"

#define IDENTITY "         0          0 4294967295\n"
#define ALL_CAPS "Name:\tx\nCapEff:\t000001ffffffffff\n"

/* A folder in place of / */
struct context {
	char root[32];
	struct systally_checkup checkup;
};

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));

	if (!c)
		return -1;
	strcpy(c->root, "/tmp/systally-test-XXXXXX");
	*state = c;
	return mkdtemp(c->root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static int tear_down(void **state)
{
	struct context *c = *state;

	systally_findings_free(&c->checkup);
	nftw(c->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(c);
	return 0;
}

/* Writes a file below the root, with the folders it needs. */
static void put(struct context *c, const char *file, const void *data,
		size_t size)
{
	char path[PATH_MAX];
	FILE *stream;
	char *slash;

	snprintf(path, sizeof(path), "%s%s", c->root, file);
	for (slash = strchr(path + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	stream = fopen(path, "w");
	assert_non_null(stream);
	assert_int_equal(fwrite(data, 1, size, stream), size);
	fclose(stream);
}

static void put_text(struct context *c, const char *file, const char *text)
{
	put(c, file, text, strlen(text));
}

static void read_policy(struct context *c)
{
	systally_policy_read(&c->checkup.policy, c->root);
}

/* The first finding of the check @what; fails if there is none. */
static const struct systally_finding *find(struct context *c, const char *what)
{
	size_t i;

	for (i = 0; i < c->checkup.count; i++) {
		if (!strcmp(c->checkup.findings[i].what, what))
			return &c->checkup.findings[i];
	}
	fail_msg("no finding about %s", what);
	return NULL;
}

static void expect(struct context *c, const char *what,
		   enum systally_finding_verdict verdict, const char *finding,
		   const char *remedy)
{
	const struct systally_finding *found = find(c, what);

	if (found->verdict != verdict || !strstr(found->finding, finding))
		fail_msg("%s: %s: %s", what,
			 systally_findings_verdict_name(found->verdict),
			 found->finding);
	if (remedy && (!found->remedy || !strstr(found->remedy, remedy)))
		fail_msg("%s: the remedy is %s", what, found->remedy);
	if (!remedy && found->remedy)
		fail_msg("%s has a remedy: %s", what, found->remedy);
}

static void findings_split_off_the_remedy(void **state)
{
	struct context *c = *state;

	assert_false(systally_findings_fail(&c->checkup));
	systally_findings_add(&c->checkup, SYSTALLY_FINDING_OK, "one", "%s",
			      "fine");
	systally_findings_add(&c->checkup, SYSTALLY_FINDING_WARN, "two",
			      "%d is odd; take %d; or 4", 1, 2);
	assert_false(systally_findings_fail(&c->checkup));
	systally_findings_add(&c->checkup, SYSTALLY_FINDING_FAIL, "three",
			      "broken;not a remedy");
	assert_true(systally_findings_fail(&c->checkup));
	assert_int_equal(c->checkup.count, 3);
	expect(c, "one", SYSTALLY_FINDING_OK, "fine", NULL);
	expect(c, "two", SYSTALLY_FINDING_WARN, "1 is odd", "take 2; or 4");
	assert_string_equal(find(c, "two")->finding, "1 is odd");
	expect(c, "three", SYSTALLY_FINDING_FAIL, "broken;not a remedy", NULL);
	assert_string_equal(
		systally_findings_verdict_name(SYSTALLY_FINDING_FAIL), "fail");
}

static bool read_config(struct context *c, const char *file)
{
	char path[PATH_MAX];

	systally_kconfig_free(&c->checkup.config);
	snprintf(path, sizeof(path), "%s%s", c->root, file);
	return systally_kconfig_read_file(&c->checkup.config, path);
}

/* Longer than the first buffer, so that it is read in parts. */
#define LINES 60000

static void configurations_are_read_compressed_or_not(void **state)
{
	static const char line[] = "# CONFIG_FILLER is not set\n";
	struct context *c = *state;
	char path[PATH_MAX];
	struct stat status;
	gzFile file;
	int i;

	assert_false(read_config(c, "/nosuch"));
	put_text(c, "/plain", "CONFIG_A=y\nCONFIG_B=m\nCONFIG_C=n\n");
	assert_true(read_config(c, "/plain"));
	assert_true(systally_kconfig_has(&c->checkup.config, "A"));
	assert_true(systally_kconfig_has(&c->checkup.config, "B"));
	assert_false(systally_kconfig_has(&c->checkup.config, "C"));
	assert_false(systally_kconfig_has(&c->checkup.config, "D"));
	snprintf(path, sizeof(path), "%s/config.gz", c->root);
	file = gzopen(path, "w");
	assert_non_null(file);
	for (i = 0; i < LINES; i++)
		assert_true(gzputs(file, line) > 0);
	assert_true(gzputs(file, "CONFIG_LAST=y\n") > 0);
	assert_int_equal(gzclose(file), Z_OK);
	assert_true(read_config(c, "/config.gz"));
	assert_int_equal(strlen(c->checkup.config.text),
			 LINES * strlen(line) + strlen("CONFIG_LAST=y\n"));
	assert_true(systally_kconfig_has(&c->checkup.config, "LAST"));
	assert_string_equal(c->checkup.config.source, path);
	/* a file that is cut gives no configuration */
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(truncate(path, status.st_size / 2), 0);
	assert_false(read_config(c, "/config.gz"));
	assert_null(c->checkup.config.text);
	put_text(c, "/empty", "");
	assert_false(read_config(c, "/empty"));
	/* a folder can be opened, but not read */
	assert_false(read_config(c, ""));
	assert_false(systally_kconfig_has(&c->checkup.config, "A"));
}

static void kernels_are_judged(void **state)
{
	static const char config[] =
		"CONFIG_MODULES=y\nCONFIG_TRACEPOINTS=y\n"
		"CONFIG_HAVE_SYSCALL_TRACEPOINTS=y\nCONFIG_DEBUG_FS=y\n"
		"CONFIG_KPROBES=y\nCONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS=y\n"
		"CONFIG_KALLSYMS=y\nCONFIG_IA32_EMULATION=y\n";
	static const struct {
		const char *release;
		enum systally_finding_verdict verdict;
	} releases[] = {
		{ "5.10.0", SYSTALLY_FINDING_OK },
		{ "5.9.99", SYSTALLY_FINDING_FAIL },
		{ "4.19.0-amd64", SYSTALLY_FINDING_FAIL },
		{ "6.1.0-56-amd64", SYSTALLY_FINDING_OK },
		{ "7.3", SYSTALLY_FINDING_OK },
		{ "", SYSTALLY_FINDING_FAIL },
	};
	struct context *c = *state;
	struct utsname *kernel = &c->checkup.kernel;
	char *option;
	size_t i;

	strcpy(kernel->machine, "x86_64");
	for (i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
		strcpy(kernel->release, releases[i].release);
		systally_build_check_kernel(&c->checkup);
		expect(c, "kernel", releases[i].verdict, releases[i].release,
		       releases[i].verdict == SYSTALLY_FINDING_OK ?
			       NULL :
			       "later kernel");
		expect(c, "machine", SYSTALLY_FINDING_OK, "x86_64", NULL);
		expect(c, "config", SYSTALLY_FINDING_WARN, "not found",
		       "check that MODULES");
		systally_findings_free(&c->checkup);
	}
	strcpy(kernel->machine, "riscv64");
	put_text(c, "/config", config);
	assert_true(read_config(c, "/config"));
	systally_build_check_kernel(&c->checkup);
	expect(c, "machine", SYSTALLY_FINDING_FAIL, "riscv64", "x86-64");
	expect(c, "config", SYSTALLY_FINDING_OK, "/config", NULL);
	expect(c, "32-bit calls", SYSTALLY_FINDING_OK, "i386 is on, x32 is off",
	       NULL);
	systally_findings_free(&c->checkup);

	assert_true(read_config(c, "/config"));
	option = strstr(c->checkup.config.text, "DEBUG_FS=y");
	option[strlen("DEBUG_FS=")] = 'n';
	systally_build_check_kernel(&c->checkup);
	expect(c, "config", SYSTALLY_FINDING_FAIL, "CONFIG_DEBUG_FS is off",
	       "use a kernel");
}

static void policies_are_read(void **state)
{
	struct context *c = *state;
	const struct systally_policy *policy = &c->checkup.policy;

	/* nothing there: no capabilities, and nothing forbidden */
	read_policy(c);
	assert_false(policy->sys_admin || policy->sys_module ||
		     policy->user_namespace || policy->has_lockdown ||
		     policy->sig_enforce || policy->secure_boot ||
		     policy->modules_disabled || *policy->lockdown);
	put_text(c, "/proc/self/status", ALL_CAPS);
	put_text(c, "/proc/self/uid_map", IDENTITY);
	put_text(c, "/sys/kernel/security/lockdown",
		 "[none] integrity confidentiality\n");
	put_text(c, "/sys/module/module/parameters/sig_enforce", "N\n");
	put_text(c, "/proc/sys/kernel/modules_disabled", "0\n");
	read_policy(c);
	assert_true(policy->sys_admin && policy->sys_module &&
		    policy->has_lockdown);
	assert_false(policy->user_namespace || *policy->lockdown ||
		     policy->sig_enforce || policy->modules_disabled);
	/* CAP_SYS_MODULE is bit 16, CAP_SYS_ADMIN bit 21 */
	put_text(c, "/proc/self/status",
		 "Name:\tx\nCapEff:\t0000000000010000\n");
	put_text(c, "/proc/self/uid_map", "0 1000 1\n");
	put_text(c, "/sys/kernel/security/lockdown",
		 "none [integrity] confidentiality\n");
	put_text(c, "/sys/module/module/parameters/sig_enforce", "Y\n");
	put_text(c, "/proc/sys/kernel/modules_disabled", "1\n");
	put(c,
	    "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
	    "\6\0\0\0\1", 5);
	read_policy(c);
	assert_true(policy->sys_module && policy->user_namespace &&
		    policy->sig_enforce && policy->modules_disabled &&
		    policy->secure_boot);
	assert_false(policy->sys_admin);
	assert_string_equal(policy->lockdown, "integrity");
	put(c,
	    "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
	    "\6\0\0\0\0", 5);
	put_text(c, "/proc/self/status",
		 "Name:\tx\nCapEff:\t0000000000200000\n");
	read_policy(c);
	assert_false(policy->secure_boot || policy->sys_module);
	assert_true(policy->sys_admin);
}

static void policies_are_judged(void **state)
{
	struct context *c = *state;
	struct systally_policy *policy = &c->checkup.policy;

	policy->root = true;
	policy->sys_admin = true;
	policy->sys_module = true;
	systally_run_time_check_policy(&c->checkup);
	expect(c, "rights", SYSTALLY_FINDING_OK, "all capabilities", NULL);
	expect(c, "lockdown", SYSTALLY_FINDING_OK, "not in this kernel", NULL);
	expect(c, "signatures", SYSTALLY_FINDING_OK, "unsigned modules", NULL);
	expect(c, "modules", SYSTALLY_FINDING_OK, "can be loaded", NULL);
	systally_findings_free(&c->checkup);

	policy->has_lockdown = true;
	policy->sys_admin = false;
	policy->secure_boot = true;
	policy->modules_disabled = true;
	systally_run_time_check_policy(&c->checkup);
	expect(c, "rights", SYSTALLY_FINDING_FAIL, "without CAP_SYS_ADMIN, as",
	       "privileged container");
	expect(c, "lockdown", SYSTALLY_FINDING_OK, "off", NULL);
	expect(c, "signatures", SYSTALLY_FINDING_WARN, "Secure Boot is on",
	       "mokutil");
	expect(c, "modules", SYSTALLY_FINDING_FAIL, "modules_disabled is 1",
	       "reboot");
	systally_findings_free(&c->checkup);

	policy->sys_module = false;
	strcpy(policy->lockdown, "integrity");
	systally_run_time_check_policy(&c->checkup);
	expect(c, "rights", SYSTALLY_FINDING_FAIL,
	       "CAP_SYS_ADMIN and CAP_SYS_MODULE", "privileged container");
	expect(c, "lockdown", SYSTALLY_FINDING_WARN,
	       "on (integrity): the controls", "systally load");
	expect(c, "signatures", SYSTALLY_FINDING_WARN, "(lockdown)", "sign");
	systally_findings_free(&c->checkup);

	policy->user_namespace = true;
	policy->sig_enforce = true;
	systally_run_time_check_policy(&c->checkup);
	expect(c, "rights", SYSTALLY_FINDING_FAIL, "user namespace",
	       "on the machine itself");
	expect(c, "signatures", SYSTALLY_FINDING_WARN, "(module.sig_enforce)",
	       "sign");
	systally_findings_free(&c->checkup);

	policy->root = false;
	systally_run_time_check_policy(&c->checkup);
	expect(c, "rights", SYSTALLY_FINDING_WARN, "not root", "sudo");
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(findings_split_off_the_remedy),
		TEST(configurations_are_read_compressed_or_not),
		TEST(kernels_are_judged),
		TEST(policies_are_read),
		TEST(policies_are_judged),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
