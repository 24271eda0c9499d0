// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text from outside, numbers and times, as the command prints them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static char *escape_byte(char *to, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";

	*to++ = '\\';
	*to++ = 'x';
	*to++ = digits[byte >> 4];
	*to++ = digits[byte & 15];
	return to;
}

void systally_text_escape(const char *comm, char escaped[SYSTALLY_ESCAPED_LEN])
{
	char *to = escaped;
	size_t i;

	for (i = 0; i < SYSTALLY_COMM_LEN && comm[i]; i++) {
		unsigned char c = (unsigned char)comm[i];

		if (c < ' ' || c > '~' || c == '\\')
			to = escape_byte(to, c);
		else
			*to++ = (char)c;
	}
	*to = '\0';
}

/* Returns the length of the UTF-8 character at @text, 0 if it is none. */
static size_t utf8_length(const unsigned char *text, size_t room)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};
	size_t i, length;
	uint32_t point;

	for (length = 1; length <= 4 && length <= room; length++) {
		if ((*text & forms[length - 1].mask) != forms[length - 1].lead)
			continue;
		point = *text & (unsigned char)~forms[length - 1].mask;
		for (i = 1; i < length; i++) {
			if ((text[i] & 0xc0) != 0x80)
				return 0;
			point = point << 6 | (text[i] & 0x3f);
		}
		if (point < forms[length - 1].least || point > 0x10ffff ||
		    (point >= 0xd800 && point < 0xe000))
			return 0;
		return length;
	}
	return 0;
}

/* Returns how many bytes of ASCII are at @text, in steps of eight. */
static size_t ascii_length(const char *text, size_t room)
{
	size_t length;
	uint64_t eight;

	for (length = 0; length + sizeof(eight) <= room;
	     length += sizeof(eight)) {
		memcpy(&eight, text + length, sizeof(eight));
		if (eight & 0x8080808080808080)
			break;
	}
	return length;
}

bool systally_text_is_utf8(const char *text, size_t room)
{
	size_t length;

	for (; room; room -= length, text += length) {
		length = ascii_length(text, room);
		if (length)
			continue;
		length = utf8_length((const unsigned char *)text, room);
		if (!length)
			return false;
	}
	return true;
}

static void escape_utf8(const char *text, size_t room, char *to)
{
	size_t length;

	while (room) {
		length = utf8_length((const unsigned char *)text, room);
		if (length) {
			memcpy(to, text, length);
			to += length;
		} else {
			to = escape_byte(to, (unsigned char)*text);
			length = 1;
		}
		text += length;
		room -= length;
	}
	*to = '\0';
}

void systally_text_escape_utf8(const char *comm,
			       char escaped[SYSTALLY_ESCAPED_LEN])
{
	escape_utf8(comm, strnlen(comm, SYSTALLY_COMM_LEN), escaped);
}

char *systally_text_escape_word(const char *text)
{
	size_t length = strlen(text);
	char *escaped = malloc(4 * length + 1);

	if (escaped)
		escape_utf8(text, length, escaped);
	return escaped;
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

void systally_text_csv(FILE *out, const char *field)
{
	bool quote = !*field || strpbrk(field, "\",\r\n") || *field == ' ' ||
		     field[strlen(field) - 1] == ' ';

	if (quote)
		putc('"', out);
	for (; *field; field++) {
		if (*field == '"')
			putc('"', out);
		/* a line of the file stays a row */
		if ((unsigned char)*field < ' ' || *field == 0x7f)
			fprintf(out, "\\x%02x", (unsigned char)*field);
		else
			putc(*field, out);
	}
	if (quote)
		putc('"', out);
}

void systally_text_note(FILE *out, const char *note, unsigned int width)
{
	size_t column = 4;
	size_t length;

	fputs("note:", out);
	while (*note) {
		length = strcspn(note, " ");
		if (column + 1 + length >= width && column > 6) {
			fputs("\n     ", out);
			column = 5;
		}
		fprintf(out, " %.*s", (int)length, note);
		column += 1 + length;
		note += length;
		note += strspn(note, " ");
	}
	putc('\n', out);
}
