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
#include "doctor/groups.h"
#include "doctor/module.h"
#include "doctor/rights.h"
#include "kmod_fixture.h"

#define FIRST_NAMESPACE "user:[4026531837]"
#define SIG_ENFORCE	"/sys/module/module/parameters/sig_enforce"
#define SECURE_BOOT                  \
	"/sys/firmware/efi/efivars/" \
	"SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
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
	unlink(path);
	stream = fopen(path, "w");
	assert_non_null(stream);
	assert_int_equal(fwrite(data, 1, size, stream), size);
	fclose(stream);
}

static void put_text(struct context *c, const char *file, const char *text)
{
	put(c, file, text, strlen(text));
}

/* A symbolic link, which may lead nowhere, in place of an older one */
static void put_link(struct context *c, const char *file, const char *target)
{
	char path[PATH_MAX];

	put_text(c, file, "");
	snprintf(path, sizeof(path), "%s%s", c->root, file);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(target, path), 0);
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
		{ "", SYSTALLY_FINDING_UNKNOWN },
		{ "unknown", SYSTALLY_FINDING_UNKNOWN },
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
		       releases[i].verdict == SYSTALLY_FINDING_UNKNOWN ?
			       "5.10 or later" :
			       "later kernel");
		expect(c, "machine", SYSTALLY_FINDING_OK, "x86_64", NULL);
		expect(c, "config", SYSTALLY_FINDING_UNKNOWN, "not found",
		       "check that MODULES");
		assert_int_equal(systally_findings_fail(&c->checkup),
				 releases[i].verdict == SYSTALLY_FINDING_FAIL);
		systally_findings_free(&c->checkup);
	}
	strcpy(kernel->machine, "");
	systally_build_check_kernel(&c->checkup);
	expect(c, "machine", SYSTALLY_FINDING_UNKNOWN, "does not tell",
	       "x86-64");
	systally_findings_free(&c->checkup);
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

/* Every file that tells something, on a machine that allows everything */
static void put_machine(struct context *c)
{
	put_text(c, "/proc/self/status", ALL_CAPS);
	put_text(c, "/proc/modules", "");
	put_link(c, "/proc/self/ns/user", FIRST_NAMESPACE);
	put_text(c, "/proc/sys/kernel/modules_disabled", "0\n");
	put_text(c, "/sys/kernel/security/lsm", "lockdown,capability\n");
	put_text(c, "/sys/kernel/security/lockdown",
		 "[none] integrity confidentiality\n");
	put_text(c, SIG_ENFORCE, "N\n");
	put(c, SECURE_BOOT, "\6\0\0\0\0", 5);
}

static void policies_are_read(void **state)
{
	struct context *c = *state;
	const struct systally_policy *policy = &c->checkup.policy;

	put_machine(c);
	read_policy(c);
	assert_int_equal(policy->sys_admin, SYSTALLY_YES);
	assert_int_equal(policy->sys_module, SYSTALLY_YES);
	assert_int_equal(policy->user_namespace, SYSTALLY_NO);
	assert_int_equal(policy->modules, SYSTALLY_YES);
	assert_int_equal(policy->modules_disabled, SYSTALLY_NO);
	assert_int_equal(policy->has_lockdown, SYSTALLY_YES);
	assert_int_equal(policy->sig_enforce, SYSTALLY_NO);
	assert_int_equal(policy->secure_boot, SYSTALLY_NO);
	assert_string_equal(policy->lockdown, "");
	/* CAP_SYS_MODULE is bit 16, CAP_SYS_ADMIN bit 21 */
	put_text(c, "/proc/self/status",
		 "Name:\tx\nCapEff:\t0000000000010000\n");
	put_link(c, "/proc/self/ns/user", "user:[4026532208]");
	put_text(c, "/sys/kernel/security/lockdown",
		 "none [integrity] confidentiality\n");
	put_text(c, SIG_ENFORCE, "Y\n");
	put_text(c, "/proc/sys/kernel/modules_disabled", "1\n");
	put(c, SECURE_BOOT, "\6\0\0\0\1", 5);
	read_policy(c);
	assert_int_equal(policy->sys_admin, SYSTALLY_NO);
	assert_int_equal(policy->sys_module, SYSTALLY_YES);
	assert_int_equal(policy->user_namespace, SYSTALLY_YES);
	assert_int_equal(policy->modules_disabled, SYSTALLY_YES);
	assert_int_equal(policy->sig_enforce, SYSTALLY_YES);
	assert_int_equal(policy->secure_boot, SYSTALLY_YES);
	assert_string_equal(policy->lockdown, "integrity");
	put_text(c, "/proc/self/status",
		 "Name:\tx\nCapEff:\t0000000000200000\n");
	read_policy(c);
	assert_int_equal(policy->sys_admin, SYSTALLY_YES);
	assert_int_equal(policy->sys_module, SYSTALLY_NO);
}

/* What a missing file means depends on the files beside it. */
static void missing_files_are_read(void **state)
{
	struct context *c = *state;
	const struct systally_policy *policy = &c->checkup.policy;

	/* neither /proc nor /sys is mounted */
	read_policy(c);
	assert_int_equal(policy->sys_admin, SYSTALLY_UNKNOWN);
	assert_int_equal(policy->sys_module, SYSTALLY_UNKNOWN);
	assert_int_equal(policy->user_namespace, SYSTALLY_UNKNOWN);
	assert_int_equal(policy->modules, SYSTALLY_UNKNOWN);
	assert_int_equal(policy->modules_disabled, SYSTALLY_UNKNOWN);
	assert_int_equal(policy->has_lockdown, SYSTALLY_UNKNOWN);
	assert_int_equal(policy->sig_enforce, SYSTALLY_UNKNOWN);
	assert_int_equal(policy->secure_boot, SYSTALLY_UNKNOWN);
	/* /proc of a kernel without modules and without user namespaces */
	put_text(c, "/proc/self/status", ALL_CAPS);
	/* /sys of a kernel without signatures, on a machine without EFI */
	put_text(c, "/sys/module/other/version", "");
	put_text(c, "/sys/firmware/acpi", "");
	/* securityfs without the file of lockdown */
	put_text(c, "/sys/kernel/security/lsm", "capability\n");
	read_policy(c);
	assert_int_equal(policy->sys_module, SYSTALLY_YES);
	assert_int_equal(policy->user_namespace, SYSTALLY_NO);
	assert_int_equal(policy->modules, SYSTALLY_NO);
	assert_int_equal(policy->modules_disabled, SYSTALLY_UNKNOWN);
	assert_int_equal(policy->has_lockdown, SYSTALLY_NO);
	assert_int_equal(policy->sig_enforce, SYSTALLY_NO);
	assert_int_equal(policy->secure_boot, SYSTALLY_NO);
	/* EFI, but efivarfs is not mounted; then without that variable */
	put_text(c, "/sys/firmware/efi/runtime", "");
	read_policy(c);
	assert_int_equal(policy->secure_boot, SYSTALLY_UNKNOWN);
	put_text(c, "/sys/firmware/efi/efivars/BootOrder-8be4df61", "");
	read_policy(c);
	assert_int_equal(policy->secure_boot, SYSTALLY_NO);
	/* files that say nothing */
	put_text(c, "/sys/kernel/security/lockdown", "");
	put_text(c, SIG_ENFORCE, "");
	put(c, SECURE_BOOT, "\6", 1);
	put_text(c, "/proc/self/status", "");
	read_policy(c);
	assert_int_equal(policy->has_lockdown, SYSTALLY_UNKNOWN);
	assert_int_equal(policy->sig_enforce, SYSTALLY_UNKNOWN);
	assert_int_equal(policy->secure_boot, SYSTALLY_UNKNOWN);
	assert_int_equal(policy->sys_module, SYSTALLY_UNKNOWN);
}

static void rights_to_load_are_told(void **state)
{
	struct systally_policy policy = { .sys_module = SYSTALLY_NO };

	(void)state;
	assert_non_null(strstr(systally_policy_forbids(&policy), "only root"));
	policy.sys_module = SYSTALLY_UNKNOWN;
	assert_non_null(strstr(systally_policy_forbids(&policy), "only root"));
	policy.sys_module = SYSTALLY_YES;
	assert_null(systally_policy_forbids(&policy));
	policy.root = true;
	policy.user_namespace = SYSTALLY_YES;
	assert_non_null(
		strstr(systally_policy_forbids(&policy), "user namespace"));
	policy.user_namespace = SYSTALLY_NO;
	assert_null(systally_policy_forbids(&policy));
	policy.sys_module = SYSTALLY_UNKNOWN;
	assert_null(systally_policy_forbids(&policy));
	policy.sys_module = SYSTALLY_NO;
	assert_non_null(strstr(systally_policy_forbids(&policy),
			       "CAP_SYS_MODULE is missing"));
}

/* A policy that allows everything */
static void allow(struct systally_policy *policy)
{
	*policy = (struct systally_policy){
		.root = true,
		.user_namespace = SYSTALLY_NO,
		.sys_admin = SYSTALLY_YES,
		.sys_module = SYSTALLY_YES,
		.has_lockdown = SYSTALLY_YES,
		.modules = SYSTALLY_YES,
		.sig_enforce = SYSTALLY_NO,
		.secure_boot = SYSTALLY_NO,
		.modules_disabled = SYSTALLY_NO,
	};
}

static void policies_are_judged(void **state)
{
	struct context *c = *state;
	struct systally_policy *policy = &c->checkup.policy;

	allow(policy);
	systally_rights_check(&c->checkup);
	expect(c, "rights", SYSTALLY_FINDING_OK, "all capabilities", NULL);
	expect(c, "lockdown", SYSTALLY_FINDING_OK, "off", NULL);
	expect(c, "signatures", SYSTALLY_FINDING_OK, "unsigned modules", NULL);
	expect(c, "modules", SYSTALLY_FINDING_OK, "can be loaded", NULL);
	systally_findings_free(&c->checkup);

	policy->has_lockdown = SYSTALLY_NO;
	policy->sys_admin = SYSTALLY_NO;
	policy->secure_boot = SYSTALLY_YES;
	policy->modules_disabled = SYSTALLY_YES;
	systally_rights_check(&c->checkup);
	expect(c, "rights", SYSTALLY_FINDING_FAIL, "without CAP_SYS_ADMIN, as",
	       "privileged container");
	expect(c, "lockdown", SYSTALLY_FINDING_OK, "not in this kernel", NULL);
	expect(c, "signatures", SYSTALLY_FINDING_WARN, "Secure Boot is on",
	       "mokutil");
	expect(c, "modules", SYSTALLY_FINDING_FAIL, "modules_disabled is 1",
	       "reboot");
	systally_findings_free(&c->checkup);

	policy->sys_module = SYSTALLY_NO;
	policy->has_lockdown = SYSTALLY_YES;
	strcpy(policy->lockdown, "integrity");
	systally_rights_check(&c->checkup);
	expect(c, "rights", SYSTALLY_FINDING_FAIL,
	       "CAP_SYS_ADMIN and CAP_SYS_MODULE", "privileged container");
	expect(c, "lockdown", SYSTALLY_FINDING_WARN,
	       "on (integrity): the controls", "systally load");
	expect(c, "signatures", SYSTALLY_FINDING_WARN, "(lockdown)", "sign");
	systally_findings_free(&c->checkup);

	policy->user_namespace = SYSTALLY_YES;
	policy->sig_enforce = SYSTALLY_YES;
	systally_rights_check(&c->checkup);
	expect(c, "rights", SYSTALLY_FINDING_FAIL, "user namespace",
	       "on the machine itself");
	expect(c, "signatures", SYSTALLY_FINDING_WARN, "(module.sig_enforce)",
	       "sign");
	systally_findings_free(&c->checkup);

	policy->root = false;
	systally_rights_check(&c->checkup);
	expect(c, "rights", SYSTALLY_FINDING_WARN, "not root", "sudo");
}

/* Each fact alone: a check that could not look never says ok. */
static void unknown_is_never_ok(void **state)
{
	static const struct {
		size_t offset;
		const char *what, *finding, *remedy;
	} facts[] = {
#define FACT(member) offsetof(struct systally_policy, member)
		{ FACT(user_namespace), "rights", "capabilities", "mount" },
		{ FACT(sys_admin), "rights", "capabilities", "mount" },
		{ FACT(sys_module), "rights", "capabilities", "mount" },
		{ FACT(has_lockdown), "lockdown", "does not tell",
		  "mount -t securityfs" },
		{ FACT(has_lockdown), "signatures", "read: lockdown", "mount" },
		{ FACT(sig_enforce), "signatures", "read: module.sig_enforce",
		  "mount" },
		{ FACT(secure_boot), "signatures", "read: Secure Boot",
		  "mount" },
		{ FACT(modules), "modules", "does not tell", "mount" },
		{ FACT(modules_disabled), "modules", "does not tell", "mount" },
	};
	struct context *c = *state;
	size_t i, j;

	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		allow(&c->checkup.policy);
		*(enum systally_answer *)((char *)&c->checkup.policy +
					  facts[i].offset) = SYSTALLY_UNKNOWN;
		systally_rights_check(&c->checkup);
		expect(c, facts[i].what, SYSTALLY_FINDING_UNKNOWN,
		       facts[i].finding, facts[i].remedy);
		systally_findings_free(&c->checkup);
	}
	/* nothing is known at all */
	memset(&c->checkup.policy, 0, sizeof(c->checkup.policy));
	c->checkup.policy.root = true;
	systally_rights_check(&c->checkup);
	assert_int_equal(c->checkup.count, 4);
	for (j = 0; j < c->checkup.count; j++)
		assert_int_equal(c->checkup.findings[j].verdict,
				 SYSTALLY_FINDING_UNKNOWN);
	expect(c, "signatures", SYSTALLY_FINDING_UNKNOWN,
	       "module.sig_enforce (sysfs), lockdown (securityfs), Secure Boot (efivarfs)",
	       "mount");
	assert_false(systally_findings_fail(&c->checkup));
	assert_string_equal(
		systally_findings_verdict_name(SYSTALLY_FINDING_UNKNOWN),
		"unknown");
}

/* The configuration tells what /proc and /sys do not. */
static void configurations_answer(void **state)
{
	struct context *c = *state;

	allow(&c->checkup.policy);
	c->checkup.policy.has_lockdown = SYSTALLY_UNKNOWN;
	put_text(c, "/config", "CONFIG_MODULES=y\n");
	assert_true(read_config(c, "/config"));
	systally_rights_check(&c->checkup);
	expect(c, "lockdown", SYSTALLY_FINDING_OK, "not in this kernel", NULL);
	expect(c, "signatures", SYSTALLY_FINDING_OK, "unsigned modules", NULL);
	systally_findings_free(&c->checkup);

	put_text(c, "/config",
		 "CONFIG_MODULES=y\nCONFIG_SECURITY_LOCKDOWN_LSM=y\n");
	assert_true(read_config(c, "/config"));
	systally_rights_check(&c->checkup);
	expect(c, "lockdown", SYSTALLY_FINDING_UNKNOWN, "does not tell",
	       "mount");
	systally_findings_free(&c->checkup);

	/* without modules, nothing about them is ok */
	allow(&c->checkup.policy);
	put_text(c, "/config", "CONFIG_DEBUG_FS=y\n");
	assert_true(read_config(c, "/config"));
	systally_rights_check(&c->checkup);
	expect(c, "signatures", SYSTALLY_FINDING_UNKNOWN, "cannot load modules",
	       NULL);
	expect(c, "modules", SYSTALLY_FINDING_FAIL, "CONFIG_MODULES is off",
	       "another kernel");
	systally_findings_free(&c->checkup);
	c->checkup.policy.modules = SYSTALLY_NO;
	systally_rights_check(&c->checkup);
	expect(c, "modules", SYSTALLY_FINDING_FAIL, "CONFIG_MODULES is off",
	       "another kernel");
}

static void loaded_modules_are_read(void **state)
{
	struct context *c = *state;
	struct systally_loaded loaded;

	systally_loader_look(&loaded, c->root);
	assert_int_equal(loaded.loaded, SYSTALLY_UNKNOWN);
	put_text(c, "/sys/module/other/initstate", "live\n");
	systally_loader_look(&loaded, c->root);
	assert_int_equal(loaded.loaded, SYSTALLY_NO);
	put_text(c, "/sys/module/systally/initstate", "live\n");
	put_text(c, "/sys/module/systally/version", "0.1\n");
	put_text(c, "/sys/module/systally/srcversion", "0123456789ABCDEF\n");
	systally_loader_look(&loaded, c->root);
	assert_int_equal(loaded.loaded, SYSTALLY_YES);
	assert_string_equal(loaded.state, "live");
	assert_string_equal(loaded.version, "0.1");
	assert_string_equal(loaded.build, "0123456789ABCDEF");
}

#define BUILD(build)                     \
	"version=" SYSTALLY_VERSION "\0" \
	"srcversion=" build "\0"         \
	"vermagic=6.1.0-test SMP "

static void builds_are_judged(void **state)
{
	static const char same[] = BUILD("AAAA"), other[] = BUILD("BBBB"),
			  none[] = "version=0.1\0vermagic=6.1.0-test SMP ";
	static const struct {
		struct systally_loaded loaded;
		const char *info; /* NULL: there is no file */
		size_t size;
		enum systally_finding_verdict verdict;
		const char *finding, *remedy;
	} cases[] = {
#define LOADED(state, version, build) { SYSTALLY_YES, state, version, build }
		{ LOADED("live", SYSTALLY_VERSION, "AAAA"), same, sizeof(same),
		  SYSTALLY_FINDING_OK, "it is the build in /", NULL },
		{ LOADED("live", SYSTALLY_VERSION, "AAAA"), other,
		  sizeof(other), SYSTALLY_FINDING_WARN, "another build than /",
		  "systally unload" },
		{ LOADED("live", SYSTALLY_VERSION, "AAAA"), none, sizeof(none),
		  SYSTALLY_FINDING_UNKNOWN, "systally.ko has no srcversion",
		  "make" },
		{ LOADED("live", SYSTALLY_VERSION, ""), same, sizeof(same),
		  SYSTALLY_FINDING_UNKNOWN, "it has no srcversion", "make" },
		{ LOADED("live", SYSTALLY_VERSION, "AAAA"), NULL, 0,
		  SYSTALLY_FINDING_UNKNOWN, "no systally.ko to compare",
		  "make" },
		{ LOADED("live", "0.0", "AAAA"), same, sizeof(same),
		  SYSTALLY_FINDING_WARN, "the module is 0.0", "together" },
		{ LOADED("going", SYSTALLY_VERSION, "AAAA"), same, sizeof(same),
		  SYSTALLY_FINDING_WARN, "(going)", "try again" },
		{ { .loaded = SYSTALLY_NO },
		  same,
		  sizeof(same),
		  SYSTALLY_FINDING_WARN,
		  "not loaded",
		  "systally load" },
		{ { .loaded = SYSTALLY_UNKNOWN },
		  same,
		  sizeof(same),
		  SYSTALLY_FINDING_UNKNOWN,
		  "/sys does not tell",
		  "mount" },
	};
	struct context *c = *state;
	size_t i;

	strcpy(c->checkup.kernel.release, "6.1.0-test");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct systally_error error = { "" };
		struct systally_kmod kmod = { 0 };
		char path[64];

		snprintf(path, sizeof(path), "%s/systally.ko", c->root);
		if (cases[i].info) {
			put_module(path, cases[i].info, cases[i].size);
			if (systally_kmod_open(&kmod, path, &error))
				fail_msg("%s", error.text);
		}
		systally_module_judge(&c->checkup, &cases[i].loaded,
				      cases[i].info ? &kmod : NULL, "why");
		expect(c, "systally", cases[i].verdict, cases[i].finding,
		       cases[i].remedy);
		systally_kmod_close(&kmod);
		systally_findings_free(&c->checkup);
	}
	systally_module_judge(
		&c->checkup,
		&(struct systally_loaded){ SYSTALLY_NO, "", "", "" }, NULL,
		"no file; make one");
	expect(c, "module file", SYSTALLY_FINDING_WARN, "no file", "make one");
}

/* Of each machine, what /proc/mounts has of control groups */
static void control_groups_are_judged(void **state)
{
	static const char two[] =
		"cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nsdelegate 0 0\n";
	static const char pids[] =
		"cgroup /sys/fs/cgroup/pids cgroup rw,nosuid,pids 0 0\n";
	static const char cpu[] =
		"cgroup /sys/fs/cgroup/cpu cgroup rw,cpu,cpuacct 0 0\n";
	static const char other[] = "proc /proc proc rw 0 0\n";
	static const struct {
		bool kernel;
		const char *mounts[3];
		enum systally_finding_verdict verdict;
		const char *finding, *remedy;
	} cases[] = {
		{ true,
		  { other, two },
		  SYSTALLY_FINDING_OK,
		  "version 2",
		  NULL },
		{ true,
		  { pids, other, two },
		  SYSTALLY_FINDING_OK,
		  "hybrid: groups",
		  NULL },
		{ true,
		  { cpu, pids },
		  SYSTALLY_FINDING_OK,
		  "version 1: the groups of the controller pids",
		  NULL },
		{ true,
		  { cpu, other },
		  SYSTALLY_FINDING_WARN,
		  "version 1 without",
		  "unified_cgroup_hierarchy" },
		{ true,
		  { other, "\n" },
		  SYSTALLY_FINDING_WARN,
		  "none are mounted",
		  "mount -t cgroup2" },
		{ false,
		  { other },
		  SYSTALLY_FINDING_WARN,
		  "this kernel has none",
		  "CONFIG_CGROUPS" },
	};
	struct context *c = *state;
	size_t i, line;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct systally_groups groups = { .kernel = cases[i].kernel };

		for (line = 0; line < 3 && cases[i].mounts[line]; line++)
			systally_groups_parse(&groups, cases[i].mounts[line]);
		systally_groups_judge(&c->checkup, &groups);
		expect(c, "control groups", cases[i].verdict, cases[i].finding,
		       cases[i].remedy);
		systally_findings_free(&c->checkup);
	}
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
		TEST(missing_files_are_read),
		TEST(rights_to_load_are_told),
		TEST(policies_are_judged),
		TEST(unknown_is_never_ok),
		TEST(configurations_answer),
		TEST(loaded_modules_are_read),
		TEST(builds_are_judged),
		TEST(control_groups_are_judged),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
