// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library libprobed.so of the tests of --in-process. Calls within the
 * library pass its linkage table, as they do unless -fno-semantic-interposition
 * or -Bsymbolic is given.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "probed.h"

volatile int probed_sink;

noted void probed_plain(void)
{
	probed_sink++;
}

noted void probed_pointer(void)
{
	probed_sink++;
}

/* Two functions each, since a call of oneself does not pass the table */
noted int probed_again(int depth)
{
	int result = depth ? probed_recursive(depth - 1) + 1 : 0;

	probed_sink++;
	return result;
}

noted int probed_recursive(int depth)
{
	int result = probed_again(depth);

	probed_sink++;
	return result;
}

noted void probed_outer(void)
{
	probed_plain();
	probed_sink++;
	probed_plain();
	probed_sink++;
}

noted void probed_left_again(jmp_buf *buffer, int depth)
{
	if (depth > 0)
		probed_left(buffer, depth - 1);
	else if (depth == 0)
		longjmp(*buffer, 1);
	probed_sink++;
}

noted void probed_left(jmp_buf *buffer, int depth)
{
	probed_left_again(buffer, depth);
	probed_sink++;
}

noted int probed_tail_end(int value)
{
	probed_sink++;
	return value + 1;
}

noted int probed_tail(int value)
{
	probed_sink++;
	return probed_tail_end(value);
}

noted void probed_last(void)
{
	pthread_exit(NULL);
}

noted void probed_call(void (*callback)(void *context), void *context)
{
	callback(context);
	probed_sink++;
}

noted int probed_print(char *text, int size, const char *format, ...)
{
	va_list list;
	int length;

	va_start(list, format);
	length = vsnprintf(text, (size_t)size, format, list);
	va_end(list);
	return length;
}

noted long probed_many(long a, long b, long c, long d, long e, long f, long g,
		       long h, long i, long j)
{
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h +
	       9 * i + 10 * j;
}

noted struct pair probed_pair(long a, long b)
{
	return (struct pair){ b, a };
}

noted struct big probed_big(long a)
{
	return (struct big){ { a, a + 1, a + 2, a + 3, a + 4, a + 5 } };
}

noted long double probed_long_double(long double a)
{
	return a * 2;
}

noted double probed_double(double a, double b, double c, double d, double e,
			   double f, double g, double h)
{
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}

noted double complex probed_complex(double a, double b)
{
	return b + a * I;
}

noted vector probed_vector(vector a, vector b)
{
	return a * b;
}

noted int probed_same(void)
{
	return 1;
}

void (*probed_address(void))(void)
{
	return probed_plain;
}

int probed_version_1(void);
int probed_version_2(void);

__asm__(".symver probed_version_1, probed_version@OLD");
__asm__(".symver probed_version_2, probed_version@@NEW");

noted int probed_version_1(void)
{
	return 1;
}

noted int probed_version_2(void)
{
	return 2;
}
