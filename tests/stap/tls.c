// SPDX-License-Identifier: GPL-2.0-only
/*
 * Known amounts of data through OpenSSL: a client and a server in one process,
 * over a socket pair. tls [WRITES] Compiled and run in the suite that the
 * tapset is compiled in, with its libssl. Prints how many calls of each kind
 * were made with how many bytes, and what one write took its thread, in ns;
 * fails if what was read is not what was written.
 */
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static void die(const char *what)
{
	fprintf(stderr, "tls: %s\n", what);
	exit(1);
}

/* A key and a certificate that it has signed itself */
static void identify(SSL_CTX *context)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();

	if (!key || !x509)
		die("no key");
	X509_set_version(x509, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
	X509_set_pubkey(x509, key);
	if (!X509_sign(x509, key, EVP_sha256()) ||
	    SSL_CTX_use_certificate(context, x509) != 1 ||
	    SSL_CTX_use_PrivateKey(context, key) != 1)
		die("no certificate");
}

static long thread_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000 + now.tv_nsec;
}

static SSL *server;
static long received, reads;

/* Reads to the end with SSL_read(), every third time with SSL_read_ex(). */
static void *serve(void *arg)
{
	static char buffer[4096];
	size_t got;
	int n;

	(void)arg;
	if (SSL_accept(server) != 1)
		die("no handshake");
	for (reads = 0;; reads++) {
		if (reads % 3 == 2) {
			if (SSL_read_ex(server, buffer, 1000, &got) != 1)
				break;
			n = got;
		} else {
			n = SSL_read(server, buffer, 1000);
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
	SSL_CTX *contexts[2];
	pthread_t thread;
	SSL *client;
	size_t put;
	int pair[2];

	contexts[0] = SSL_CTX_new(TLS_server_method());
	contexts[1] = SSL_CTX_new(TLS_client_method());
	identify(contexts[0]);
	server = SSL_new(contexts[0]);
	client = SSL_new(contexts[1]);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("no socket pair");
	SSL_set_fd(server, pair[0]);
	SSL_set_fd(client, pair[1]);
	pthread_create(&thread, NULL, serve, NULL);
	if (SSL_connect(client) != 1)
		die("no handshake");
	ns = thread_ns();
	for (i = 0; i < writes; i++) {
		int n = 1 + i * 7 % 997;

		if (i % 2) {
			if (SSL_write_ex(client, text, n, &put) != 1)
				die("write_ex failed");
			n = put;
		} else if (SSL_write(client, text, n) != n) {
			die("write failed");
		}
		sent += n;
	}
	ns = thread_ns() - ns;
	SSL_shutdown(client);
	pthread_join(thread, NULL);
	if (received != sent)
		die("received is not sent");
	/* A read of the end has been made, too. */
	printf("write %d calls %ld bytes %ld\n", pair[1], writes, sent);
	printf("read %d calls %ld bytes %ld\n", pair[0], reads + 1, received);
	printf("each %ld\n", ns / writes);
	SSL_free(client);
	SSL_free(server);
	return 0;
}
