/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two ends of a TLS connection over a socket pair, within one process, for
 * the programs that know how often they call OpenSSL's functions.
 */
#ifndef TLSPAIR_H
#define TLSPAIR_H

#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* The ends, and their descriptors */
struct tlspair {
	SSL *client, *server;
	int client_fd, server_fd;
};

static void tlspair_die(const char *what)
{
	fprintf(stderr, "TLS: %s\n", what);
	exit(1);
}

/* Gives `context` a key and a certificate that the key has signed. */
static void tlspair_identify(SSL_CTX *context)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();

	if (!key || !x509)
		tlspair_die("no key");
	X509_set_version(x509, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
	X509_set_pubkey(x509, key);
	if (!X509_sign(x509, key, EVP_sha256()) ||
	    SSL_CTX_use_certificate(context, x509) != 1 ||
	    SSL_CTX_use_PrivateKey(context, key) != 1)
		tlspair_die("no certificate");
	EVP_PKEY_free(key);
	X509_free(x509);
}

static SSL *tlspair_end(const SSL_METHOD *method, int fd)
{
	SSL_CTX *context = SSL_CTX_new(method);
	SSL *ssl;

	if (!context)
		tlspair_die("no context");
	if (method == TLS_server_method())
		tlspair_identify(context);
	/* No tickets: they would be read with the first text. */
	SSL_CTX_set_num_tickets(context, 0);
	ssl = SSL_new(context);
	SSL_CTX_free(context);
	if (!ssl || SSL_set_fd(ssl, fd) != 1)
		tlspair_die("no connection");
	return ssl;
}

/*
 * Connects two ends, and makes the handshake in this thread: no function that
 * reads or writes text is called. The descriptors block afterwards. Ends the
 * program if something fails.
 */
static void tlspair_open(struct tlspair *pair)
{
	int fds[2], accepted, connected, i;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds))
		tlspair_die("no socket pair");
	pair->server_fd = fds[0];
	pair->client_fd = fds[1];
	pair->server = tlspair_end(TLS_server_method(), fds[0]);
	pair->client = tlspair_end(TLS_client_method(), fds[1]);
	accepted = connected = 0;
	for (i = 0; i < 100 && (accepted != 1 || connected != 1); i++) {
		if (connected != 1)
			connected = SSL_connect(pair->client);
		if (accepted != 1)
			accepted = SSL_accept(pair->server);
	}
	if (accepted != 1 || connected != 1)
		tlspair_die("no handshake");
	if (fcntl(fds[0], F_SETFL, 0) || fcntl(fds[1], F_SETFL, 0))
		tlspair_die("the sockets do not block");
}

static void tlspair_close(struct tlspair *pair)
{
	SSL_free(pair->client);
	SSL_free(pair->server);
}

#endif
