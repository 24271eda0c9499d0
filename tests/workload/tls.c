// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions with the names and results of OpenSSL's, and known numbers of calls
 * and bytes:
 *	tls
 * Prints what `systally run -f %ssl` has to show, a line for each direction of a
 * descriptor:
 *	tls FD read|write CALLS FAILED BYTES SYSCALLS FAILED ENCRYPTED
 * FD is `-` for calls whose descriptor cannot be known.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "workload.h"

#define WRITES	 211 /* calls of 97 bytes, in records of 101 */
#define PLAIN	 97
#define RECORD	 101
#define HALF	 60  /* read first of a record; the rest needs no system call */
#define SPLIT	 149 /* records that are read in two parts */
#define FAILING	 13  /* reads without data */
#define THREADED 151 /* records that a thread writes; there are five threads */
#define LOST	 17  /* reads of a connection that has not used a descriptor */

struct connection {
	int fd;
	int left; /* bytes of the last record that nobody has read */
};

int SSL_read(struct connection *ssl, void *buffer, int bytes);
int SSL_write(struct connection *ssl, const void *buffer, int bytes);
int SSL_read_ex(struct connection *ssl, void *buffer, size_t bytes,
		size_t *length);
int SSL_write_ex(struct connection *ssl, const void *buffer, size_t bytes,
		 size_t *length);
void SSL_free(struct connection *ssl);

__attribute__((noipa)) int SSL_read(struct connection *ssl, void *buffer,
				    int bytes)
{
	char record[RECORD];

	if (!ssl->left) {
		if (read(ssl->fd, record, sizeof(record)) != sizeof(record))
			return -1;
		ssl->left = PLAIN;
	}
	if (bytes > ssl->left)
		bytes = ssl->left;
	ssl->left -= bytes;
	memset(buffer, 'x', (size_t)bytes);
	return bytes;
}

/* By two other system calls */
__attribute__((noipa)) int SSL_read_ex(struct connection *ssl, void *buffer,
				       size_t bytes, size_t *length)
{
	char record[RECORD];
	struct iovec iov = { record, sizeof(record) };

	if (readv(ssl->fd, &iov, 1) != sizeof(record))
		return 0;
	*length = bytes < PLAIN ? bytes : PLAIN;
	memset(buffer, 'x', *length);
	return 1;
}

__attribute__((noipa)) int SSL_write(struct connection *ssl, const void *buffer,
				     int bytes)
{
	char record[RECORD] = "";

	memcpy(record, buffer, (size_t)bytes);
	return write(ssl->fd, record, sizeof(record)) == sizeof(record) ?
		       bytes :
		       -1;
}

__attribute__((noipa)) int SSL_write_ex(struct connection *ssl,
					const void *buffer, size_t bytes,
					size_t *length)
{
	char record[RECORD] = "";
	struct iovec iov = { record, sizeof(record) };

	memcpy(record, buffer, bytes);
	if (writev(ssl->fd, &iov, 1) != sizeof(record))
		return 0;
	*length = bytes;
	return 1;
}

__attribute__((noipa)) void SSL_free(struct connection *ssl)
{
	ssl->fd = -1;
	ssl->left = 0;
}

static char buffer[PLAIN];

static void must(bool is)
{
	if (!is)
		die("a call has another result");
}

static void open_pair(struct connection pair[2])
{
	int fds[2], i;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds))
		die("socketpair");
	for (i = 0; i < 2; i++)
		pair[i] = (struct connection){ fds[i], 0 };
}

static void print(int fd, const char *direction, int calls, int failed,
		  int bytes, int system_calls, int system_failed)
{
	printf("tls %d %s %d %d %d %d %d %d\n", fd, direction, calls, failed,
	       bytes, system_calls, system_failed,
	       (system_calls - system_failed) * RECORD);
}

/* Records that are read in two parts, and reads without data */
static void plain(void)
{
	struct connection pair[2];
	int i;

	open_pair(pair);
	for (i = 0; i < SPLIT; i++) {
		must(SSL_write(&pair[0], buffer, PLAIN) == PLAIN);
		must(SSL_read(&pair[1], buffer, HALF) == HALF);
		must(SSL_read(&pair[1], buffer, PLAIN) == PLAIN - HALF);
	}
	for (i = 0; i < FAILING; i++)
		must(SSL_read(&pair[1], buffer, PLAIN) == -1);
	print(pair[0].fd, "write", SPLIT, 0, SPLIT * PLAIN, SPLIT, 0);
	print(pair[1].fd, "read", 2 * SPLIT + FAILING, FAILING, SPLIT * PLAIN,
	      SPLIT + FAILING, FAILING);
}

/* The functions that return the number elsewhere */
static void by_pointer(void)
{
	struct connection pair[2];
	size_t length;
	int i;

	open_pair(pair);
	for (i = 0; i < WRITES; i++) {
		must(SSL_write_ex(&pair[0], buffer, PLAIN, &length) == 1);
		must(SSL_read_ex(&pair[1], buffer, PLAIN, &length) == 1);
	}
	for (i = 0; i < FAILING; i++)
		must(!SSL_read_ex(&pair[1], buffer, PLAIN, &length));
	print(pair[0].fd, "write", WRITES, 0, WRITES * PLAIN, WRITES, 0);
	print(pair[1].fd, "read", WRITES + FAILING, FAILING, WRITES * PLAIN,
	      WRITES + FAILING, FAILING);
}

/* Calls of the same system calls that no function of TLS makes */
static void beside(void)
{
	struct connection pair[2];
	char record[RECORD];
	int i;

	open_pair(pair);
	for (i = 0; i < WRITES; i++) {
		must(write(pair[0].fd, record, sizeof(record)) == RECORD);
		must(read(pair[1].fd, record, sizeof(record)) == RECORD);
	}
}

static void *writer(void *pair)
{
	int i;

	for (i = 0; i < THREADED; i++)
		must(SSL_write(pair, buffer, PLAIN) == PLAIN);
	return NULL;
}

static void threaded(void)
{
	struct connection pair[2];
	pthread_t thread;
	int i, record;

	open_pair(pair);
	for (i = 0; i < 5; i++) {
		if (pthread_create(&thread, NULL, writer, &pair[0]) ||
		    pthread_join(thread, NULL))
			die("pthread");
		for (record = 0; record < THREADED; record++)
			must(SSL_read(&pair[1], buffer, PLAIN) == PLAIN);
	}
	print(pair[0].fd, "write", 5 * THREADED, 0, 5 * THREADED * PLAIN,
	      5 * THREADED, 0);
	print(pair[1].fd, "read", 5 * THREADED, 0, 5 * THREADED * PLAIN,
	      5 * THREADED, 0);
}

/* A connection at the place of one that was freed */
static void reused(void)
{
	static struct connection ssl;
	struct connection pair[2];
	int i;

	open_pair(pair);
	ssl = pair[1];
	must(SSL_write(&pair[0], buffer, PLAIN) == PLAIN);
	must(SSL_read(&ssl, buffer, PLAIN) == PLAIN);
	SSL_free(&ssl);
	for (i = 0; i < LOST; i++) {
		ssl.left = 1;
		must(SSL_read(&ssl, buffer, 1) == 1);
	}
	print(pair[0].fd, "write", 1, 0, PLAIN, 1, 0);
	print(pair[1].fd, "read", 1, 0, PLAIN, 1, 0);
	printf("tls - read %d 0 %d 0 0 0\n", LOST, LOST);
}

static jmp_buf back;

static void leave(int signal unused)
{
	siglongjmp(back, 1);
}

/*
 * A function that is left without a return, since its read() was interrupted.
 * The next one of the same connection is at the same place of the stack.
 */
static void left(void)
{
	static struct connection ssl;
	char record[RECORD] = "";
	int fds[2];

	if (pipe(fds) || signal(SIGALRM, leave) == SIG_ERR)
		die("pipe");
	ssl.fd = fds[0];
	if (!sigsetjmp(back, 1)) {
		ualarm(20000, 0);
		SSL_read(&ssl, buffer, PLAIN);
		die("no signal came");
	}
	must(write(fds[1], record, sizeof(record)) == RECORD);
	must(SSL_read(&ssl, buffer, PLAIN) == PLAIN);
	print(fds[0], "read", 1, 0, PLAIN, 2, 1);
}

int main(int argc unused, char **argv)
{
	start(argv);
	plain();
	by_pointer();
	beside();
	threaded();
	reused();
	left();
	return 0;
}
