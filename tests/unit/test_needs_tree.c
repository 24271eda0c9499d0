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

/* Returns the state of a process, as in /proc/PID/stat. */
static char state_of(pid_t pid)
{
	char path[32], text[512], *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	read_file(path, text, sizeof(text));
	end = strrchr(text, ')');
	assert_non_null(end);
	return end[2];
}

/* Waits until the main thread of a process has ended: then it is a zombie. */
static void wait_for_zombie(pid_t pid)
{
	int tries;

	for (tries = 0; state_of(pid) != 'Z'; tries++) {
		assert_true(tries < 6000);
		usleep(10000);
	}
}

/* A process goes on after its main thread has ended, though it is a zombie. */
static void test_main_thread_ends(void **state)
{
	struct context *c = *state;
	struct systally_tree tree;
	pthread_t thread;
	siginfo_t info;
	pid_t pid;

	assert_int_equal(systally_tree_init(&tree, &c->error), 0);
	pid = fork();
	if (!pid) {
		/* it ends with this process, even if the test fails */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) ||
		    pthread_create(&thread, NULL, stay, NULL))
			_exit(1);
		pthread_exit(NULL);
	}
	wait_for_zombie(pid);
	assert_int_equal(systally_tree_list(&tree, 0, true), 1);
	assert_int_equal(tree.pids[0], pid);
	systally_tree_signal(&tree, SIGKILL);
	/* until it is reaped, it is a zombie without threads */
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_status, SIGKILL);
	assert_int_equal(systally_tree_list(&tree, 0, true), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	systally_tree_free(&tree);
}

#define MANY 1000 /* their pids take more than the 4096 bytes of a read */

/*
 * Starts a process with many children, in a process group of its own. Returns
 * its pid, negated if the machine does not allow so many.
 */
static pid_t start_many(void)
{
	/* in perl, since the sanitizers make forks of this program slow */
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

/* All children are listed, however many there are, and no other process. */
static void test_many_children(void **state)
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
	/* only this group: another test may have left a process */
	kill(-abs(group), SIGKILL);
	while (waitpid(-abs(group), NULL, 0) > 0)
		;
	systally_tree_free(&tree);
	if (group < 0)
		LEAVE_TEST("too few processes are allowed");
	assert_int_equal(listed, MANY + 1);
	assert_int_equal(same, MANY + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(main_thread_ends),
		TEST(many_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
