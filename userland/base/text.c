// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers, times and notes, as the command prints them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/text.h"

char *systally_text_digits(uint64_t number, char digits[SYSTALLY_DIGITS_LEN])
{
	char *first = digits + SYSTALLY_DIGITS_LEN - 1;

	*first = '\0';
	do {
		*--first = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	return first;
}

void systally_text_number(uint64_t number, int width, char text[24])
{
	static const char suffixes[] = " kMGTPE";
	unsigned int power = 0;
	int length;

	length = snprintf(text, 24, "%llu", (unsigned long long)number);
	while (length > width && power < sizeof(suffixes) - 2) {
		number /= 1000;
		length =
			snprintf(text, 24, "%llu%c", (unsigned long long)number,
				 suffixes[++power]);
	}
}

void systally_text_ns(uint64_t ns, char text[24])
{
	unsigned long long n = ns;

	if (ns < 1000000)
		snprintf(text, 24, "%llu.%03lluus", n / 1000, n % 1000);
	else if (ns < 1000000000)
		snprintf(text, 24, "%llu.%03llums", n / 1000000,
			 n / 1000 % 1000);
	else if (ns < 100000ULL * 1000000000)
		snprintf(text, 24, "%llu.%03llus ", n / 1000000000,
			 n / 1000000 % 1000);
	else
		snprintf(text, 24, "%llus ", n / 1000000000);
}

void systally_text_ns_short(uint64_t ns, char text[24])
{
	static const char *const units[] = { "us", "ms", "s " };
	unsigned long long n = ns;
	unsigned int unit = 0;

	for (; n >= 1000000 && unit < 2; unit++)
		n /= 1000;
	if (n < 10000)
		snprintf(text, 24, "%llu.%02llu%s", n / 1000, n % 1000 / 10,
			 units[unit]);
	else if (n < 100000)
		snprintf(text, 24, "%llu.%llu%s", n / 1000, n % 1000 / 100,
			 units[unit]);
	else if (n < 10000000)
		snprintf(text, 24, "%llu%s", n / 1000, units[unit]);
	else if (n < 10000ULL * 3600000)
		snprintf(text, 24, "%lluh ", n / 3600000);
	else
		snprintf(text, 24, "%llud ", n / 86400000);
}

void systally_text_time(const struct timespec *when, char text[32])
{
	struct tm tm;
	size_t length;

	text[0] = '\0';
	if (!localtime_r(&when->tv_sec, &tm))
		return;
	length = strftime(text, 32, "%Y-%m-%dT%H:%M:%S%z", &tm);
	/* +0100 as +01:00 */
	if (length > 2 && length < 31) {
		memmove(text + length - 1, text + length - 2, 3);
		text[length - 2] = ':';
	}
}

void systally_text_note(FILE *out, const char *note, unsigned int width)
{
	char *shown = systally_escape_new(note, SYSTALLY_ESCAPE_SHOWN);
	const char *at = shown ? shown : "no memory for a note";
	size_t column = 4;
	size_t length;

	fputs("note:", out);
	while (*at) {
		length = strcspn(at, " ");
		if (column + 1 + length >= width && column > 6) {
			fputs("\n     ", out);
			column = 5;
		}
		fprintf(out, " %.*s", (int)length, at);
		column += 1 + length;
		at += length;
		at += strspn(at, " ");
	}
	putc('\n', out);
	free(shown);
}
