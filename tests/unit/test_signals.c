// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of signals: which are received, how the process ends by one, and
 * that a stream whose reader stalls gives way to them. Run by `make check-unit`.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "base/writer.h"

/* Waits for a signal in a child, and ends by it. Never returns. */
static void receive(int ready)
{
	const struct rlimit none = { 0, 0 };
	struct systally_signals signals;
	struct systally_error error = { "" };
	struct signalfd_siginfo info;

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGSEGV, SIG_DFL); /* cmocka catches it */
	if (systally_signals_open(&signals, &error) || write(ready, "", 1) != 1)
		_exit(100);
	do {
		if (systally_signals_wait(&signals, 0, -1, &info) !=
		    SYSTALLY_EVENT_SIGNAL)
			_exit(101);
	} while (!systally_signals_ends(&info));
	systally_signals_end_by(&info);
	/* a second one does not replace the first */
	info.ssi_signo = SIGTERM;
	systally_signals_end_by(&info);
	systally_signals_close(&signals);
	/* it has cleaned up: this byte says so */
	if (write(ready, "", 1) != 1)
		_exit(102);
	_exit(systally_signals_raise(103));
}

/* Sends @number to a child that receives signals. Returns its wait status. */
static int send_signal(int number, int *bytes)
{
	int ready[2], status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		/* a shell's & ignores SIGINT and SIGQUIT */
		signal(number, SIG_DFL);
		receive(ready[1]);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(kill(pid, number), 0);
	*bytes = (int)read(ready[0], &byte, 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ready[0]);
	return status;
}

static void every_signal_that_ends_is_received(void **state)
{
	int number, status, bytes, ends = 0;

	(void)state;
	for (number = 1; number <= 64; number++) {
		switch (number) {
		case SIGKILL: /* these end it at once, or do not end it */
		case SIGSTOP:
		case SIGABRT:
		case SIGBUS:
		case SIGFPE:
		case SIGILL:
		case SIGSEGV:
		case SIGSYS:
		case SIGTRAP:
		case SIGPIPE:
		case SIGCHLD:
		case SIGCONT:
		case SIGTSTP:
		case SIGTTIN:
		case SIGTTOU:
		case SIGURG:
		case SIGWINCH:
			continue;
		}
		status = send_signal(number, &bytes);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != number ||
		    bytes != 1)
			fail_msg("signal %d: wait status %x, %d bytes", number,
				 (unsigned int)status, bytes);
		ends++;
	}
	assert_int_equal(ends, 64 - 17);
}

static void a_crash_ends_it_at_once(void **state)
{
	int bytes, status = send_signal(SIGSEGV, &bytes);

	(void)state;
	assert_int_equal(bytes, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void an_ignored_signal_stays_ignored(void **state)
{
	int bytes, ready[2];
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	signal(SIGUSR1, SIG_IGN);
	pid = fork();
	if (!pid)
		receive(ready[1]);
	signal(SIGUSR1, SIG_DFL);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	kill(pid, SIGUSR1);
	kill(pid, SIGUSR2);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(waitpid(pid, &bytes, 0), pid);
	assert_true(WIFSIGNALED(bytes) && WTERMSIG(bytes) == SIGUSR2);
	close(ready[0]);
}

#define SIZE 1000000 /* more than a pipe takes */

/* Writes SIZE bytes to @fd. Exit status: the signal while stalled, else 0. */
static void write_much(int fd)
{
	struct systally_signals signals;
	struct systally_writer writer;
	struct systally_error error = { "" };
	FILE *out = fdopen(fd, "w");
	int i, result;

	if (!out || systally_signals_open(&signals, &error) ||
	    systally_writer_open(&writer, out, &signals, &error))
		_exit(100);
	for (i = 0; i < SIZE / 10; i++)
		fputs("0123456789", writer.stream);
	result = systally_writer_flush(&writer, "x", &error);
	if (error.text[0] || (writer.stalls != (result == -EINTR)))
		_exit(101);
	systally_writer_close(&writer);
	if (result == -EPIPE)
		_exit(102);
	_exit(writer.stalls ? (int)writer.info.ssi_signo : 0);
}

static void a_stalled_reader_does_not_keep_it(void **state)
{
	int fds[2], status, bytes;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		close(fds[0]);
		write_much(fds[1]);
	}
	close(fds[1]);
	do {
		struct pollfd readable = { .fd = fds[0], .events = POLLIN };

		poll(&readable, 1, -1);
		assert_int_equal(ioctl(fds[0], FIONREAD, &bytes), 0);
	} while (bytes < 65536);
	kill(pid, SIGCHLD); /* does not end it */
	kill(pid, SIGUSR1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), SIGUSR1);
	close(fds[0]);
}

static void a_reader_gets_everything(void **state)
{
	char buffer[7000];
	size_t size = 0;
	ssize_t got, i;
	int fds[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		close(fds[0]);
		write_much(fds[1]);
	}
	close(fds[1]);
	/* a signal is not looked at while the reader reads */
	while ((got = read(fds[0], buffer, sizeof(buffer))) > 0) {
		for (i = 0; i < got; i++, size++)
			assert_int_equal(buffer[i], '0' + size % 10);
	}
	assert_int_equal(size, SIZE);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close(fds[0]);
}

static void a_reader_that_has_gone_is_said(void **state)
{
	int fds[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	close(fds[0]);
	pid = fork();
	if (!pid)
		write_much(fds[1]);
	close(fds[1]);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 102);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_signal_that_ends_is_received),
		cmocka_unit_test(a_crash_ends_it_at_once),
		cmocka_unit_test(an_ignored_signal_stays_ignored),
		cmocka_unit_test(a_stalled_reader_does_not_keep_it),
		cmocka_unit_test(a_reader_gets_everything),
		cmocka_unit_test(a_reader_that_has_gone_is_said),
	};

	return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
