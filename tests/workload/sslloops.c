// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loops of OpenSSL's SSL_write() and SSL_read(), timed, with which
 * scripts/overhead measures tools:
 *	sslloops LOOPS CALLS
 * Makes one loop to warm up and then LOOPS more. Each loop writes and reads 16
 * bytes in turn, CALLS times each: it is both ends of the connection. Prints
 * what `loops` prints:
 *
 *	pid N
 *	count function NAME N
 *	each NS NS ...		per call; a write and a read are two calls
 */
#include "tlspair.h"
#include "workload.h"

#define LOOPS_MAX 1000
#define TEXT	  16

static void loop(const struct tlspair *pair, long calls)
{
	char text[TEXT] = "";
	long i;

	for (i = 0; i < calls; i++)
		if (SSL_write(pair->client, text, TEXT) != TEXT ||
		    SSL_read(pair->server, text, TEXT) != TEXT)
			die("SSL_write or SSL_read");
}

int main(int argc, char **argv)
{
	static double each[LOOPS_MAX];
	struct timespec from, to;
	struct tlspair pair;
	long loops, calls, i;

	if (argc != 3) {
		fprintf(stderr, "usage: sslloops LOOPS CALLS\n");
		return 2;
	}
	loops = atol(argv[1]);
	calls = atol(argv[2]);
	if (loops < 0 || loops > LOOPS_MAX || calls < 1)
		die("%s loops of %s calls", argv[1], argv[2]);
	tlspair_open(&pair);
	for (i = loops ? -1 : 0; i < loops; i++) {
		clock_gettime(CLOCK_MONOTONIC, &from);
		loop(&pair, calls);
		clock_gettime(CLOCK_MONOTONIC, &to);
		if (i >= 0)
			each[i] = ((to.tv_sec - from.tv_sec) * 1e9 +
				   (to.tv_nsec - from.tv_nsec)) /
				  (calls * 2);
	}
	tlspair_close(&pair);
	calls *= loops ? loops + 1 : 0;
	printf("pid %d\n", getpid());
	expect("function", "SSL_write", calls);
	expect("function", "SSL_read", calls);
	printf("each");
	for (i = 0; i < loops; i++)
		printf(" %.2f", each[i]);
	printf("\n");
	return 0;
}
