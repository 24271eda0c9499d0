// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of names, classes and sets. Run by `make check-unit`.
 */
#include "fixture.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <stdio.h>

#include "calls/abi.h"
#include "calls/classes.h"
#include "calls/set.h"

static struct systally_names *names_of(void **state)
{
	return *state;
}

static int set_up(void **state)
{
	*state = systally_names_new();
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	systally_names_free(*state);
	return 0;
}

static void calls(void **state)
{
	static const struct {
		unsigned int abi;
		int nr;
		const char *name;
	} cases[] = {
		{ SYSTALLY_ABI_X86_64, 0, "read" },
		{ SYSTALLY_ABI_X86_64, 7, "poll" },
		{ SYSTALLY_ABI_I386, 7, "waitpid" },
		{ SYSTALLY_ABI_I386, 168, "poll" },
		/* libseccomp treats these i386 calls as parts of socketcall */
		{ SYSTALLY_ABI_I386, 359, "socket" },
		{ SYSTALLY_ABI_I386, 102, "socketcall" },
		{ SYSTALLY_ABI_X32, 7, "poll" },
		{ SYSTALLY_ABI_X32, 512, "rt_sigaction" },
		{ SYSTALLY_ABI_X86_64, 512, "syscall_512" },
		{ SYSTALLY_ABI_X86_64, 600, "syscall_600" },
		{ SYSTALLY_ABI_I386, 1022, "syscall_1022" },
		{ SYSTALLY_ABI_X86_64, 1023, "out_of_range" },
		{ SYSTALLY_ABI_X86_64, -1, "out_of_range" },
		{ SYSTALLY_ABI_X86_64, INT32_MIN, "out_of_range" },
		{ 99, 7, "syscall_7" },
	};
	char name[SYSTALLY_NAME_LEN];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		systally_names_call(names_of(state), cases[i].abi, cases[i].nr,
				    name);
		assert_string_equal(name, cases[i].name);
	}
	assert_int_equal(systally_names_number(names_of(state),
					       SYSTALLY_ABI_I386, "socket"),
			 359);
	assert_int_equal(systally_names_number(names_of(state),
					       SYSTALLY_ABI_X86_64, "waitpid"),
			 -1);
}

static void errnos(void **state)
{
	char name[SYSTALLY_NAME_LEN];

	(void)state;
	systally_names_errno(2, name);
	assert_string_equal(name, "ENOENT");
	systally_names_errno(11, name);
	assert_string_equal(name, "EAGAIN");
	systally_names_errno(512, name);
	assert_string_equal(name, "ERESTARTSYS");
	systally_names_errno(516, name);
	assert_string_equal(name, "ERESTART_RESTARTBLOCK");
	systally_names_errno(4095, name);
	assert_string_equal(name, "errno_4095");
	systally_names_errno(0, name);
	assert_string_equal(name, "errno_0");
	assert_non_null(strstr(systally_names_errno_meaning(2), "No such"));
	assert_non_null(systally_names_errno_meaning(4095));
}

static void abis(void **state)
{
	unsigned int abi, natives = 0;

	(void)state;
	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		const struct systally_abi_info *one = &systally_abis[abi];

		natives += one->native;
		assert_string_equal(systally_abi_name(abi), one->name);
		assert_int_equal(
			systally_abi_find(one->name, strlen(one->name)), abi);
		assert_non_null(strstr(systally_abi_list(), one->name));
		/* the native ABI has no title in strace and no prefix in -e */
		assert_true(one->native == !one->strace_title);
		assert_true(one->native == !*systally_abi_prefix(abi));
		assert_int_equal(seccomp_arch_resolve_name(
					 one->native		  ? "x86_64" :
					 abi == SYSTALLY_ABI_I386 ? "x86" :
								    "x32"),
				 one->arch);
	}
	assert_int_equal(natives, 1);
	assert_int_equal(systally_abi_native(), SYSTALLY_ABI_X86_64);
	assert_string_equal(systally_abi_name(77), "unknown");
	assert_string_equal(systally_abi_prefix(SYSTALLY_ABI_I386), "i386:");
	assert_string_equal(systally_abi_list(), "x86-64, i386, x32");
	assert_int_equal(systally_abi_find("x86-64", 5), -1);
	assert_int_equal(systally_abi_find("x86", 3), -1);
	assert_int_equal(systally_abi_find("", 0), -1);
	assert_string_equal(systally_abis[SYSTALLY_ABI_I386].arch_name,
			    "SCMP_ARCH_X86");
}

static void abi_of_a_call(void **state)
{
	static const struct {
		uint32_t arch;
		int nr, abi, bare;
	} cases[] = {
		{ AUDIT_ARCH_X86_64, 7, SYSTALLY_ABI_X86_64, 7 },
		{ AUDIT_ARCH_I386, 7, SYSTALLY_ABI_I386, 7 },
		{ AUDIT_ARCH_X86_64, 0x40000207, SYSTALLY_ABI_X32, 519 },
		/* only x86-64's table has the bit */
		{ AUDIT_ARCH_I386, 0x40000207, SYSTALLY_ABI_I386, 0x40000207 },
		{ AUDIT_ARCH_X86_64, -1, SYSTALLY_ABI_X86_64, -1 },
		{ AUDIT_ARCH_AARCH64, 7, -1, 7 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int nr = cases[i].nr;

		assert_int_equal(systally_abi_decode(cases[i].arch, &nr),
				 cases[i].abi);
		assert_int_equal(nr, cases[i].bare);
	}
}

/* Unknown members of a class are skipped, so only this finds a misspelt one. */
static void classes_are_calls(void **state)
{
	/* the oldest supported libseccomp does not know these */
	static const char newer[] =
		" cachestat epoll_wait_old fchmodat2 file_getattr file_setattr"
		" getxattrat listxattrat map_shadow_stack mseal"
		" open_tree_attr removexattrat setxattrat"
		" recv send ";
	char list[512], name[64], padded[66];
	char *class, *rest;
	int found;

	strcpy(list, systally_classes_list());
	for (class = strtok_r(list, " ", &rest); class;
	     class = strtok_r(NULL, " ", &rest)) {
		const char *calls_of = systally_classes_find(class + 1);

		assert_non_null(calls_of);
		while (sscanf(calls_of, "%63s", name) == 1) {
			unsigned int abi;

			calls_of +=
				strlen(name) + (calls_of[strlen(name)] == ' ');
			assert_int_not_equal(*calls_of, ' ');
			for (found = 0, abi = 0; abi < SYSTALLY_ABIS; abi++)
				found |= systally_names_number(names_of(state),
							       abi, name) >= 0;
			snprintf(padded, sizeof(padded), " %s ", name);
			if (!found && !strstr(newer, padded))
				fail_msg("%s in %s is no call", name, class);
		}
	}
	assert_non_null(
		strstr(systally_classes_list(), "%clock %creds %pure %poll"));
	assert_null(systally_classes_find("nosuch"));
	assert_null(systally_classes_find(""));
}

static bool has(void **state, const char *text, unsigned int abi,
		const char *name)
{
	struct systally_error error = { "" };
	struct systally_set set;
	int nr = systally_names_number(names_of(state), abi, name);

	if (systally_set_parse(&set, names_of(state), text, &error))
		fail_msg("%s: %s", text, error.text);
	assert_true(nr >= 0);
	return systally_set_has(&set, abi, nr);
}

static void sets(void **state)
{
	const unsigned int x64 = SYSTALLY_ABI_X86_64;
	const unsigned int i386 = SYSTALLY_ABI_I386;

	/* a name stands for all ABIs, a number for x86-64 */
	assert_true(has(state, "poll,select", x64, "poll"));
	assert_true(has(state, "poll,select", i386, "poll"));
	assert_true(has(state, "poll,select", SYSTALLY_ABI_X32, "poll"));
	assert_false(has(state, "poll,select", x64, "read"));
	assert_true(has(state, "7", x64, "poll"));
	assert_false(has(state, "7", i386, "waitpid"));
	assert_true(has(state, "syscall_7", x64, "poll"));
	assert_true(has(state, "i386:7", i386, "waitpid"));
	assert_true(has(state, " i386:poll\t,\n", i386, "poll"));
	assert_false(has(state, "i386:poll", x64, "poll"));
	/* classes */
	assert_true(has(state, "%file", x64, "openat"));
	assert_false(has(state, "%file", x64, "read"));
	assert_true(has(state, "%network", i386, "socket"));
	assert_true(has(state, "%%stat", x64, "lstat"));
	assert_false(has(state, "%stat", x64, "lstat"));
	assert_true(has(state, "%poll", i386, "_newselect"));
	assert_true(has(state, "%poll", x64, "epoll_pwait2"));
	assert_true(has(state, "%poll", i386, "ppoll_time64"));
	assert_false(has(state, "i386:%file", x64, "openat"));
	assert_true(has(state, "%file,read", x64, "read"));
	/* without a % where no call is called so */
	assert_true(has(state, "file", x64, "openat"));
	assert_true(has(state, "i386:file", i386, "open"));
	assert_false(has(state, "i386:file", x64, "openat"));
	assert_true(has(state, "signal", i386, "signal"));
	assert_false(has(state, "signal", x64, "kill"));
	assert_false(has(state, "poll", x64, "select"));
	/* as C programs write names */
	assert_true(has(state, "SYS_poll", x64, "poll"));
	assert_true(has(state, "read,__NR_poll", i386, "poll"));
	assert_true(has(state, "x32:sys_poll", SYSTALLY_ABI_X32, "poll"));
	/* as strace takes sets */
	assert_true(has(state, "trace=file", x64, "openat"));
	assert_true(has(state, "t=poll,read", x64, "read"));
	assert_true(has(state, "trace=%network", x64, "bind"));
	assert_true(has(state, "trace=signal", x64, "kill"));
	assert_true(has(state, "trace=ipc", x64, "shmat"));
	assert_false(has(state, "trace=stat", i386, "stat64"));
	assert_false(has(state, "trace=poll", x64, "select"));
	assert_false(has(state, "trace=!open,read", x64, "read"));
	assert_true(has(state, "trace=!open,read", x64, "write"));
	/* ! negates the whole set */
	assert_false(has(state, "!poll,read", x64, "poll"));
	assert_false(has(state, "!poll,read", x64, "read"));
	assert_true(has(state, "!poll,read", x64, "write"));
	assert_false(has(state, "!%file", x64, "openat"));
	assert_true(has(state, "!i386:poll", x64, "poll"));
	assert_true(has(state, "all", x64, "poll"));
	assert_false(has(state, "none", x64, "poll"));
	assert_false(has(state, "!all", x64, "poll"));
	assert_true(has(state, "x32:all", SYSTALLY_ABI_X32, "poll"));
	assert_false(has(state, "x32:all", x64, "poll"));
}

static void out_of_range(void **state)
{
	struct systally_error error = { "" };
	struct systally_set set;

	assert_int_equal(
		systally_set_parse(&set, names_of(state), "read", &error), 0);
	assert_false(systally_set_has(&set, 0, -1));
	assert_false(systally_set_has(&set, 0, 5000));
	assert_false(systally_set_has(&set, 17, 0));
	assert_int_equal(
		systally_set_parse(&set, names_of(state), "!read", &error), 0);
	assert_true(systally_set_has(&set, 0, -1));
	assert_int_equal(systally_set_parse(&set, names_of(state),
					    "out_of_range", &error),
			 0);
	assert_true(systally_set_has(&set, 2, -1));
	assert_false(systally_set_has(&set, 2, 1022));
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "empty" },
		{ " , ", "empty" },
		{ "!", "empty" },
		{ "nosuchcall", "'nosuchcall'" },
		{ "poll,nosuchcall", "'nosuchcall'" },
		{ "%nosuch", "%nosuch" },
		{ "%", "class" },
		{ "arm:poll", "arm" },
		{ ":poll", "no ABI" },
		{ "i386:", "'i386:'" },
		{ "x86-64:waitpid", "waitpid" },
		{ "1023", "1023" },
		{ "99999999999999999999", "999" },
		{ "-1", "'-1'" },
		{ "7x", "'7x'" },
		{ "poll,!read", "'!' negates" },
		{ "!!poll", "'!' negates" },
		{ "syscall_", "'syscall_'" },
		{ "pol", "did you mean poll?" },
		{ "POLL", "did you mean poll?" },
		{ "opnat", "did you mean openat?" },
		{ "x86-64:waitpid", "did you mean waitid?" },
		{ "i386:pol", "'i386:pol'; did you mean poll?" },
		{ "SYS_nosuch", "'SYS_nosuch'" },
		{ "trace=", "empty" },
		{ "trace=nosuch", "'nosuch'" },
		{ "signal=SIGINT", "'signal=' of strace" },
		{ "fault=open:error=ENOENT", "'fault=' of strace" },
		{ "=poll", "'=poll'" },
		{ "read,trace=file", "'trace=file'" },
	};
	struct systally_error error;
	struct systally_set set;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		systally_error_clear(&error);
		assert_int_equal(systally_set_parse(&set, names_of(state),
						    cases[i].text, &error),
				 -1);
		if (!strstr(error.text, cases[i].why))
			fail_msg("'%s': %s", cases[i].text, error.text);
	}
}

static void filters(void **state)
{
	struct systally_error error = { "" };
	struct systally_set set;
	char text[4096];

	assert_int_equal(systally_set_parse(&set, names_of(state),
					    "poll,i386:7", &error),
			 0);
	assert_int_equal(systally_set_filter(&set, text, sizeof(text)), 0);
	assert_string_equal(text, "7,i386:7,i386:168,x32:7");
	/* a buffer of exactly the size, and one byte less */
	assert_int_equal(systally_set_filter(&set, text, strlen(text) + 1), 0);
	assert_int_equal(systally_set_filter(&set, text, strlen(text)), -1);
	assert_int_equal(
		systally_set_parse(&set, names_of(state), "%file", &error), 0);
	assert_int_equal(systally_set_filter(&set, text, sizeof(text)), 0);
	/* no filter: too long, empty, or with numbers that have no token */
	assert_int_equal(
		systally_set_parse(&set, names_of(state), "!poll", &error), 0);
	assert_int_equal(systally_set_filter(&set, text, sizeof(text)), -1);
	assert_int_equal(systally_set_parse(&set, names_of(state),
					    "poll,out_of_range", &error),
			 0);
	assert_int_equal(systally_set_filter(&set, text, sizeof(text)), -1);
	assert_int_equal(
		systally_set_parse(&set, names_of(state), "none", &error), 0);
	assert_int_equal(systally_set_filter(&set, text, sizeof(text)), -1);
	set.all = true;
	assert_int_equal(systally_set_filter(&set, text, sizeof(text)), 0);
	assert_string_equal(text, "all");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls),
		cmocka_unit_test(errnos),
		cmocka_unit_test(abis),
		cmocka_unit_test(abi_of_a_call),
		cmocka_unit_test(classes_are_calls),
		cmocka_unit_test(sets),
		cmocka_unit_test(out_of_range),
		cmocka_unit_test(refuses),
		cmocka_unit_test(filters),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
