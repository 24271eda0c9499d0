// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the table of subsystems and of the reports that show them. Run
 * by `make check-unit`.
 */
#include "fixture.h"

#include <stdio.h>

#include "render/formats.h"
#include "calls/subsystem.h"

struct context {
	struct fixture fixture;
	struct systally_snapshot snapshot;
	struct systally_names *names;
};

static int set_up(void **state)
{
	struct context *c = calloc(1, sizeof(*c));
	struct systally_row *row;

	if (!c)
		return -1;
	c->names = systally_names_new();
	fixture_init(&c->fixture);
	fixture_call(&c->fixture, 7, "a", 110, 10000001);
	fixture_call(&c->fixture, 7, "a", 7, 1009);
	row = fixture_call(&c->fixture, 8, "b", 168, 5);
	row->abi = SYSTALLY_ABI_I386;
	fixture_call(&c->fixture, 8, "b", 999, 3);
	fixture_parse(&c->fixture, &c->snapshot);
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct context *c = *state;

	systally_snapshot_free(&c->snapshot);
	systally_names_free(c->names);
	free(c);
	return 0;
}

static void assert_call(unsigned int abi, int nr, const char *name,
			const char *subsystem, const char *function)
{
	const struct systally_call *call = systally_call_find(abi, nr);

	assert_non_null(call);
	assert_string_equal(call->name, name);
	assert_string_equal(systally_subsystem_name(call->subsystem),
			    subsystem);
	assert_string_equal(call->function[abi], function);
}

static void test_rows(void **state)
{
	const unsigned int x86_64 = SYSTALLY_ABI_X86_64;
	const unsigned int i386 = SYSTALLY_ABI_I386;
	const unsigned int x32 = SYSTALLY_ABI_X32;

	(void)state;
	assert_call(x86_64, 110, "getppid", "Process Mgmt.", "sys_getppid");
	assert_call(x86_64, 5, "fstat", "Filesystem", "sys_newfstat");
	assert_call(x86_64, 9, "mmap", "Memory Mgmt.", "sys_mmap");
	assert_call(x86_64, 59, "execve", "Filesystem", "sys_execve");
	assert_call(x86_64, 202, "futex", "Futex", "sys_futex");
	assert_call(x86_64, 125, "capget", "Capability", "sys_capget");
	assert_call(x86_64, 203, "sched_setaffinity", "Scheduler",
		    "sys_sched_setaffinity");
	assert_call(x86_64, 230, "clock_nanosleep", "Time",
		    "sys_clock_nanosleep");
	assert_call(x86_64, 15, "rt_sigreturn", "Signal", "sys_rt_sigreturn");
	assert_call(x86_64, 321, "bpf", "BPF", "sys_bpf");
	assert_call(x86_64, 425, "io_uring_setup", "io_uring",
		    "sys_io_uring_setup");
	assert_call(x86_64, 323, "userfaultfd", "Memory Mgmt.",
		    "sys_userfaultfd");
	assert_call(x86_64, 250, "keyctl", "Keyrings", "sys_keyctl");
	assert_call(i386, 102, "socketcall", "Network",
		    "compat_sys_socketcall");
	assert_call(i386, 117, "ipc", "IPC", "compat_sys_ipc");
	assert_call(i386, 168, "poll", "Filesystem", "sys_poll");
	assert_call(i386, 17, "break", "None", "sys_ni_syscall");
	assert_call(x32, 110, "getppid", "Process Mgmt.", "sys_getppid");
	assert_call(x32, 516, "writev", "Filesystem", "sys_writev");
	/* the first is in 7.2 only, the second in 6.1 only */
	assert_call(x86_64, 462, "mseal", "Memory Mgmt.", "sys_mseal");
	assert_call(x86_64, 212, "lookup_dcookie", "None", "sys_ni_syscall");
}

/* There is no row for a number that no call has, however large it is. */
static void test_no_row(void **state)
{
	(void)state;
	assert_null(systally_call_find(SYSTALLY_ABI_X86_64, -1));
	assert_null(systally_call_find(SYSTALLY_ABI_X86_64, 999));
	assert_null(systally_call_find(SYSTALLY_ABI_X86_64, 1 << 20));
	assert_null(systally_call_find(SYSTALLY_ABIS, 0));
	assert_int_equal(systally_subsystem_of(SYSTALLY_ABI_X32, 999),
			 SYSTALLY_SUBSYSTEM_UNKNOWN);
	assert_string_equal(systally_subsystem_name(SYSTALLY_SUBSYSTEMS),
			    "Unknown");
}

/* The table and libseccomp have the same name for each number. */
static void test_names(void **state)
{
	struct context *c = *state;
	const struct systally_call *call;
	const char *name;
	unsigned int abi;
	int nr, known = 0;

	for (abi = 0; abi < SYSTALLY_ABIS; abi++) {
		for (nr = 0; nr < SYSTALLY_NR_MAX; nr++) {
			name = systally_names_known(c->names, abi, nr);
			call = systally_call_find(abi, nr);
			if (!name)
				continue;
			if (!call)
				fail_msg("%u:%d %s has no row", abi, nr, name);
			assert_string_equal(call->name, name);
			known++;
		}
	}
	assert_true(known > 1100);
	assert_int_equal(systally_names_number(c->names, 0, "mseal"), 462);
}

static void rank(struct context *c, struct systally_ranking *ranking,
		 enum systally_dimension_id id)
{
	const struct systally_question question = {
		.by = systally_by_one(id),
	};
	struct systally_error error = { "" };

	assert_int_equal(systally_rank(ranking, &question, &c->snapshot,
				       c->names, &error),
			 0);
}

static const char *name_of(const struct systally_ranking *ranking, size_t i)
{
	return systally_subsystem_name(ranking->groups[i].subsystem);
}

static void test_by_subsystem(void **state)
{
	struct context *c = *state;
	struct systally_ranking ranking;

	rank(c, &ranking, SYSTALLY_BY_SUBSYSTEM);
	assert_int_equal(ranking.shown, 3);
	assert_string_equal(name_of(&ranking, 0), "Process Mgmt.");
	assert_int_equal(ranking.groups[0].count, 10000001);
	assert_string_equal(name_of(&ranking, 1), "Filesystem");
	assert_int_equal(ranking.groups[1].count, 1014);
	assert_string_equal(name_of(&ranking, 2), "Unknown");
	assert_int_equal(ranking.groups[2].count, 3);
	systally_ranking_free(&ranking);
}

static void test_workload(void **state)
{
	struct context *c = *state;
	struct systally_ranking ranking;
	const struct systally_report report = {
		.ranking = &ranking,
		.header = &c->snapshot.header,
	};
	char *text = NULL;
	size_t size;
	FILE *out;

	rank(c, &ranking, SYSTALLY_BY_SYSCALL);
	out = open_memstream(&text, &size);
	assert_non_null(out);
	assert_int_equal(systally_format_workload.report(out, &report), 0);
	fclose(out);
	assert_string_equal(
		text,
		"+-------------+----------+-----------------+-------------------+\n"
		"| System Call | # calls  | Linux Subsystem | System Call (API) |\n"
		"+=============+==========+=================+===================+\n"
		"| getppid     | 10000001 | Process Mgmt.   | sys_getppid()     |\n"
		"+-------------+----------+-----------------+-------------------+\n"
		"| poll        | 1009     | Filesystem      | sys_poll()        |\n"
		"+-------------+----------+-----------------+-------------------+\n"
		"| i386:poll   | 5        | Filesystem      | sys_poll()        |\n"
		"+-------------+----------+-----------------+-------------------+\n"
		"| syscall_999 | 3        | Unknown         | -                 |\n"
		"+-------------+----------+-----------------+-------------------+\n");
	free(text);
	systally_ranking_free(&ranking);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_row),
		cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_by_subsystem, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_workload, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
