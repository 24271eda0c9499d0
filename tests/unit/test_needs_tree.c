// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of how `systally needs` finds descendants. Run by
 * `make check-unit`.
 */
#include "needs_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "needs/tree.h"

static void *stay(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

/* A leader that ends before its thread does: a zombie that is alive */
static void test_leaderless(void **state)
{
	struct context *c = *state;
	siginfo_t info;
	struct systally_tree tree;
	pthread_t thread;
	pid_t pid;
	int tries;

	assert_int_equal(systally_tree_init(&tree, &c->error), 0);
	pid = fork();
	if (!pid) {
		/* not even if this test fails is it left behind */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) ||
		    pthread_create(&thread, NULL, stay, NULL))
			_exit(1);
		pthread_exit(NULL);
	}
	for (tries = 0; tries < 50; tries++) {
		usleep(10000);
		assert_int_equal(systally_tree_list(&tree, 0, true), 1);
		assert_int_equal(tree.pids[0], pid);
	}
	systally_tree_signal(&tree, SIGKILL);
	/* as long as it is not reaped, it is a zombie of one thread */
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT),
			 0);
	assert_int_equal(info.si_status, SIGKILL);
	assert_int_equal(systally_tree_list(&tree, 0, true), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	systally_tree_free(&tree);
}

#define MANY	1000	/* their numbers are more than 4096 bytes */

/*
 * Starts a process that has many children, in a group of its own. Returns its
 * number, which is the group's; negative if there cannot be so many.
 */
static pid_t start_many(void)
{
	/* not by this program, as the sanitizers make its forks slow */
	static const char text[] =
		"for (1..1000) { defined($p = fork) or syswrite(STDOUT, 0), exit; $p or sleep(100), exit } syswrite(STDOUT, 1); sleep 100";
	int ready[2];
	pid_t pid;
	char byte = 0;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (!setpgid(0, 0) && !prctl(PR_SET_PDEATHSIG, SIGKILL) &&
		    dup2(ready[1], STDOUT_FILENO) >= 0 && !close(ready[0]))
			execlp("perl", "perl", "-e", text, NULL);
		_exit(1);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1 || byte != '1')
		pid = -pid;
	close(ready[0]);
	return pid;
}

/* However many children there are, all are listed, and nobody else. */
static void test_many(void **state)
{
	struct context *c = *state;
	struct systally_tree tree;
	size_t listed, same = 0, i;
	pid_t group;

	assert_int_equal(systally_tree_init(&tree, &c->error), 0);
	group = start_many();
	listed = systally_tree_list(&tree, 0, false);
	for (i = 0; i < listed; i++)
		same += getpgid(tree.pids[i]) == group;
	kill(group > 0 ? -group : group, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	systally_tree_free(&tree);
	if (group < 0)
		skip();
	assert_int_equal(listed, MANY + 1);
	assert_int_equal(same, MANY + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(leaderless), TEST(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
