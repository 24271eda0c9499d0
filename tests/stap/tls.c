// SPDX-License-Identifier: GPL-2.0-only
/*
 * Known amounts of data through OpenSSL: a client and a server in one process,
 * over a socket pair. tls [WRITES] Compiled and run in the suite that the
 * tapset is compiled in, with its libssl. Prints how many calls of each kind
 * were made with how many bytes, and what one write took its thread, in ns;
 * fails if what was read is not what was written.
 */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "../workload/tlspair.h"

static long thread_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct tlspair tls;
static long received, reads;

/* Reads to the end with SSL_read(), every third time with SSL_read_ex(). */
static void *serve(void *arg)
{
	static char buffer[4096];
	size_t got;
	int n;

	(void)arg;
	for (reads = 0;; reads++) {
		if (reads % 3 == 2) {
			if (SSL_read_ex(tls.server, buffer, 1000, &got) != 1)
				break;
			n = got;
		} else {
			n = SSL_read(tls.server, buffer, 1000);
			if (n <= 0)
				break;
		}
		received += n;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	long writes = argc > 1 ? atol(argv[1]) : 101, sent = 0, i, ns;
	static const char text[1000];
	pthread_t thread;
	size_t put;

	tlspair_open(&tls);
	pthread_create(&thread, NULL, serve, NULL);
	ns = thread_ns();
	for (i = 0; i < writes; i++) {
		int n = 1 + i * 7 % 997;

		if (i % 2) {
			if (SSL_write_ex(tls.client, text, n, &put) != 1)
				tlspair_die("write_ex failed");
			n = put;
		} else if (SSL_write(tls.client, text, n) != n) {
			tlspair_die("write failed");
		}
		sent += n;
	}
	ns = thread_ns() - ns;
	SSL_shutdown(tls.client);
	pthread_join(thread, NULL);
	if (received != sent)
		tlspair_die("received is not sent");
	/* A read of the end has been made, too. */
	printf("write %d calls %ld bytes %ld\n", tls.client_fd, writes, sent);
	printf("read %d calls %ld bytes %ld\n", tls.server_fd, reads + 1,
	       received);
	printf("each %ld\n", ns / writes);
	tlspair_close(&tls);
	return 0;
}
