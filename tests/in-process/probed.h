/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions of two libraries, libprobed.so and libopened.so, that the tests of
 * --in-process count. probed.c says what each does.
 */
#ifndef PROBED_H
#define PROBED_H

#include <complex.h>
#include <setjmp.h>

#define noted __attribute__((noinline, noclone))

struct pair {
	long a, b;
};

struct big {
	long values[6];
};

typedef float vector __attribute__((vector_size(16)));

extern volatile int probed_sink;

void probed_plain(void);
void probed_pointer(void);
int probed_recursive(int depth);
int probed_again(int depth);
void probed_outer(void);
void probed_left(jmp_buf *buffer, int depth);
void probed_left_again(jmp_buf *buffer, int depth);
int probed_tail(int value);
int probed_tail_end(int value);
void probed_last(void);
void probed_call(void (*callback)(void *context), void *context);
int probed_print(char *text, int size, const char *format, ...);
long probed_many(long a, long b, long c, long d, long e, long f, long g, long h,
		 long i, long j);
struct pair probed_pair(long a, long b);
struct big probed_big(long a);
long double probed_long_double(long double a);
double probed_double(double a, double b, double c, double d, double e, double f,
		     double g, double h);
double complex probed_complex(double a, double b);
vector probed_vector(vector a, vector b);
int probed_version(void); /* 2; of the old version: 1 */
int probed_same(void);	  /* 1; that of libopened.so: 2 */
int opened_plain(int value);

/* The address of probed_plain() as the library sees it. */
void (*probed_address(void))(void);

#endif /* PROBED_H */
