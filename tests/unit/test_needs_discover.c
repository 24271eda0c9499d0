// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of how `systally needs` finds a command's calls. Run by
 * `make check-unit`.
 */
#include "needs_fixture.h"

#include <seccomp.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "needs/profile.h"

/* seccomp and ptrace find the same calls. */
static void test_same_calls(void **state)
{
	struct context *c = *state;
	char *labels[128];
	size_t count, i;

	assert_int_equal(NEEDS(c, "-r", "1", "-e", "%file", "--discover",
			       "seccomp", "-t", "true", "cat", "/etc/passwd"),
			 0);
	count = c->plan.count;
	assert_in_range(count, 2, 100);
	for (i = 0; i < count; i++)
		labels[i] = strdup(c->plan.tried[i].feature.label);
	assert_int_equal(NEEDS(c, "-r", "1", "-e", "%file", "--discover",
			       "ptrace", "-t", "true", "cat", "/etc/passwd"),
			 0);
	assert_int_equal(c->plan.how, SYSTALLY_DISCOVER_PTRACE);
	assert_int_equal(c->plan.count, count);
	for (i = 0; i < count; i++) {
		assert_string_equal(c->plan.tried[i].feature.label, labels[i]);
		free(labels[i]);
	}
}

/* An operation of a call is a feature, and the profile has all calls. */
static void test_operations(void **state)
{
	struct context *c = *state;
	char *text = NULL;
	size_t size, unnamed;
	FILE *out;

	assert_int_equal(NEEDS(c, "-r", "1", "--sub", "-e", "fcntl", "-t",
			       "test $SYSTALLY_STATUS = 0", "sh", "-c",
			       "exec 3>&1; exit 0 >/dev/null"),
			 0);
	assert_true(tried(c, "fcntl(F_DUPFD)")->feature.part);
	out = open_memstream(&text, &size);
	assert_int_equal(
		systally_needs_profile(out, c->plan.used, c->names, &unnamed),
		0);
	fclose(out);
	assert_int_equal(unnamed, 0);
	assert_non_null(strstr(text, "\"SCMP_ARCH_X86_64\""));
	assert_non_null(strstr(text, "\"fcntl\""));
	assert_non_null(strstr(text, "\"execve\""));
	assert_null(strstr(text, "\"mkdir\""));
	free(text);
}

/* A command that fails when it is traced: one line, with a remedy. */
static void test_fails_when_traced(void **state)
{
	struct context *c = *state;

	assert_refused(c,
		       NEEDS(c, "-r", "1", "-t", "test $SYSTALLY_STATUS = 0",
			     "--discover", "ptrace", "grep", "-q",
			     "TracerPid:.0", "/proc/self/status"),
		       "TEST failed (1); try another --discover");
}

/*
 * Runs `systally needs` in a process where @call fails with @why. If @argument
 * is not 0, only calls with it as the first argument fail. Returns the wait
 * status of the process: 0 if @check accepts the result.
 */
static int needs_without(struct context *c, int call, unsigned int argument,
			 int why, char *const *words,
			 bool (*check)(const struct context *c, int status))
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int status;
	pid_t pid;

	assert_non_null(filter);
	assert_int_equal(seccomp_rule_add(filter, SCMP_ACT_ERRNO(why), call,
					  argument ? 1 : 0,
					  SCMP_A0(SCMP_CMP_EQ, argument)),
			 0);
	pid = fork();
	if (!pid) {
		/* cmocka's handler would take over; the alarm ends a hang */
		signal(SIGILL, SIG_DFL);
		alarm(60);
		if (seccomp_load(filter))
			_exit(2);
		_exit(!check(c, needs(c, words)));
	}
	seccomp_release(filter);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool asks_for_5_3(const struct context *c, int status)
{
	return status == SYSTALLY_NEEDS_UNFIT &&
	       strstr(c->error.text, "needs Linux 5.3") &&
	       !strchr(c->error.text, '\n');
}

/* Linux before 5.3 does not tell which call a process makes. */
static void test_old_ptrace(void **state)
{
	char *words[] = { "-r",	    "1",  "-e",	  "none", "--discover",
			  "ptrace", "-t", "true", "true", NULL };

	assert_int_equal(needs_without(*state, SCMP_SYS(ptrace),
				       PTRACE_GET_SYSCALL_INFO, EIO, words,
				       asks_for_5_3),
			 0);
}

static bool found_by_ptrace(const struct context *c, int status)
{
	return !status && c->plan.how == SYSTALLY_DISCOVER_PTRACE;
}

/* If the child cannot send the listener, ptrace finds the calls. */
static void test_no_listener(void **state)
{
	char *words[] = { "-r", "1", "-e", "none", "-t", "true", "true", NULL };

	assert_int_equal(needs_without(*state, SCMP_SYS(sendmsg), 0, EPERM,
				       words, found_by_ptrace),
			 0);
}

/* Makes a call of i386, and one that no kernel has. Returns 0 if both worked. */
static int make_calls(void)
{
	int pid = 20; /* getpid */

	asm volatile("int $0x80"
		     : "+a"(pid)
		     :
		     : "memory", "cc", "r8", "r9", "r10", "r11");
	return syscall(500) != -1 || errno != ENOSYS || pid != getpid();
}

/* Returns true if the kernel takes calls of i386. */
static bool has_int80(void)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		/* cmocka's handler would take over */
		signal(SIGSEGV, SIG_DFL);
		_exit(make_calls());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return !status;
}

/* Calls of other ABIs and unknown calls are counted as what they are. */
static void test_other_abis(void **state)
{
	static char *const ways[] = { "seccomp", "ptrace" };
	struct context *c = *state;
	size_t i;

	if (!has_int80())
		LEAVE_TEST("the kernel has no calls of i386");
	for (i = 0; i < 2; i++) {
		assert_int_equal(NEEDS(c, "-r", "1", "-e", "none", "--discover",
				       ways[i], "-t",
				       "test $SYSTALLY_STATUS = 0",
				       "/proc/self/exe", "make-calls"),
				 0);
		assert_int_equal(c->plan.used->count[SYSTALLY_ABI_I386][20], 1);
		assert_int_equal(c->plan.used->count[SYSTALLY_ABI_X86_64][500],
				 1);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(same_calls), TEST(operations),  TEST(fails_when_traced),
		TEST(old_ptrace), TEST(no_listener), TEST(other_abis),
	};

	if (argc == 2 && !strcmp(argv[1], "make-calls"))
		_exit(make_calls());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
