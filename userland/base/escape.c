// SPDX-License-Identifier: GPL-2.0-only
/*
 * Escapes text from outside.
 */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

/* Room for one escaped character: four bytes of four characters each. */
#define STEP_LEN 16

/*
 * The characters that act: Unicode's controls (Cc), separators of lines and
 * paragraphs (Zl, Zp), controls of direction (Bidi_Control) and what is not
 * shown (Default_Ignorable_Code_Point, interlinear annotations). In order.
 */
static const struct range {
	uint32_t first, last;
} acting[] = {
	{ 0x0000, 0x001f },			  /* C0: ESC, newline, tab... */
	{ 0x007f, 0x009f },			  /* DEL, and C1: CSI, OSC... */
	{ 0x00ad, 0x00ad },			  /* soft hyphen */
	{ 0x034f, 0x034f },   { 0x061c, 0x061c }, /* Arabic letter mark */
	{ 0x115f, 0x1160 },   { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
	{ 0x200b, 0x200f },   /* zero width; marks of direction */
	{ 0x2028, 0x202e },   /* line, paragraph; overrides of direction */
	{ 0x2060, 0x206f },   /* invisible operators; isolates */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xfe00, 0xfe0f },   /* variation selectors */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xffa0, 0xffa0 },   /* halfwidth Hangul filler */
	{ 0xfff0, 0xfffb },   /* specials; interlinear annotations */
	{ 0x1bca0, 0x1bca3 }, /* of shorthand */
	{ 0x1d173, 0x1d17a }, /* of music */
	{ 0xe0000, 0xe0fff }, /* tags, variation selectors */
};

bool systally_escape_acts(uint32_t point)
{
	size_t i;

	for (i = 0; i < sizeof(acting) / sizeof(acting[0]); i++) {
		if (point <= acting[i].last)
			return point >= acting[i].first;
	}
	return false;
}

size_t systally_utf8_length(const char *text, size_t room, uint32_t *point)
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
	const unsigned char *bytes = (const unsigned char *)text;
	size_t i, length;

	for (length = 1; length <= 4 && length <= room; length++) {
		if ((*bytes & forms[length - 1].mask) != forms[length - 1].lead)
			continue;
		*point = *bytes & (unsigned char)~forms[length - 1].mask;
		for (i = 1; i < length; i++) {
			if ((bytes[i] & 0xc0) != 0x80)
				return 0;
			*point = *point << 6 | (bytes[i] & 0x3f);
		}
		if (*point < forms[length - 1].least || *point > 0x10ffff ||
		    (*point >= 0xd800 && *point < 0xe000))
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

bool systally_utf8_valid(const char *text, size_t room)
{
	uint32_t point;
	size_t length;

	for (; room; room -= length, text += length) {
		length = ascii_length(text, room);
		if (length)
			continue;
		length = systally_utf8_length(text, room, &point);
		if (!length)
			return false;
	}
	return true;
}

static size_t escape_byte(char *to, char byte)
{
	static const char digits[] = "0123456789abcdef";

	to[0] = '\\';
	to[1] = 'x';
	to[2] = digits[(unsigned char)byte >> 4];
	to[3] = digits[byte & 15];
	return 4;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Returns the byte that the \xHH at @text stands for; -1: there is no \xHH. */
static int escaped_byte(const char *text)
{
	int high, low;

	if (text[0] != '\\' || text[1] != 'x')
		return -1;
	high = hex_digit(text[2]);
	low = high < 0 ? -1 : hex_digit(text[3]);
	return low < 0 ? -1 : high << 4 | low;
}

/* Does the character @point, of @length bytes at @text, need an escape? */
static bool must_escape(const char *text, uint32_t point,
			enum systally_escape how)
{
	if (how == SYSTALLY_ESCAPE_ASCII)
		return point < ' ' || point > '~' || point == '\\';
	if (how != SYSTALLY_ESCAPE_UTF8 && systally_escape_acts(point))
		return true;
	return how != SYSTALLY_ESCAPE_SHOWN && escaped_byte(text) >= 0;
}

/*
 * Writes the first character of @text to @to, escaped if necessary, and the
 * length of that to *@length. If @text does not begin with UTF-8, takes the
 * first byte. Returns how many bytes of @text it took.
 */
static size_t step(const char *text, enum systally_escape how,
		   char to[STEP_LEN], size_t *length)
{
	uint32_t point;
	/* no character goes past the NUL */
	size_t took = systally_utf8_length(text, 4, &point), i;

	*length = 0;
	if (took && !must_escape(text, point, how)) {
		memcpy(to, text, took);
		*length = took;
		return took;
	}
	if (!took)
		took = 1;
	for (i = 0; i < took; i++)
		*length += escape_byte(to + *length, text[i]);
	return took;
}

/* Returns how many bytes at @text are ASCII that no output escapes. */
static size_t plain_length(const char *text)
{
	size_t length = 0;

	while (text[length] >= ' ' && text[length] <= '~' &&
	       text[length] != '\\')
		length++;
	return length;
}

size_t systally_escape(const char *text, enum systally_escape how, char *to,
		       size_t size)
{
	char character[STEP_LEN];
	size_t used = 0, length;

	while (*text) {
		length = plain_length(text);
		if (length >= size - used) {
			length = size - used - 1;
			memcpy(to + used, text, length);
			used += length;
			break;
		}
		memcpy(to + used, text, length);
		used += length;
		text += length;
		if (!*text)
			break;
		text += step(text, how, character, &length);
		if (used + length >= size)
			break;
		memcpy(to + used, character, length);
		used += length;
	}
	to[used] = '\0';
	return used;
}

char *systally_escape_new(const char *text, enum systally_escape how)
{
	size_t size = 4 * strlen(text) + 1;
	char *escaped = malloc(size);

	if (escaped)
		systally_escape(text, how, escaped, size);
	return escaped;
}

void systally_escape_put(FILE *out, const char *text)
{
	char character[STEP_LEN];
	size_t length;

	while (*text) {
		length = plain_length(text);
		fwrite_unlocked(text, 1, length, out);
		text += length;
		if (!*text)
			break;
		text += step(text, SYSTALLY_ESCAPE_SHOWN, character, &length);
		fwrite_unlocked(character, 1, length, out);
	}
}

void systally_unescape(char *text)
{
	char *to = text;
	int byte;

	while (*text) {
		byte = escaped_byte(text);
		*to++ = byte > 0 ? (char)byte : *text;
		text += byte > 0 ? 4 : 1;
	}
	*to = '\0';
}

/* Is @text a number, as a spreadsheet reads it: -5, +1.5, 1e9? */
static bool is_number(const char *text)
{
	static const char digits[] = "0123456789";
	size_t whole, part = 0;

	text += *text == '-' || *text == '+';
	whole = strspn(text, digits);
	text += whole;
	if (*text == '.') {
		part = strspn(text + 1, digits);
		text += 1 + part;
	}
	if (whole + part && (*text == 'e' || *text == 'E')) {
		text++;
		text += *text == '-' || *text == '+';
		whole = strspn(text, digits);
		text += whole;
	}
	return whole + part && !*text;
}

/* Does a cell that begins with the character at @text count as a formula? */
static bool begins_formula(const char *text)
{
	static const uint32_t signs[] = {
		'=', '+', '-', '@', 0xff1d, 0xff0b, 0xff0d, 0xff20,
	};
	uint32_t point;
	size_t i;

	if (!systally_utf8_length(text, 4, &point))
		return false;
	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (point == signs[i])
			return true;
	}
	return false;
}

/*
 * Returns the length of @field if it is written as it is, as most fields are:
 * letters, digits and signs that mean nothing to CSV or to a spreadsheet.
 * Returns 0 if it has to be looked at.
 */
static size_t csv_plain_length(const char *field)
{
	static const bool plain[256] = {
		['0' ... '9'] = true, ['A' ... 'Z'] = true,
		['a' ... 'z'] = true, ['_'] = true,
		['.'] = true,	      ['/'] = true,
		[':'] = true,	      ['-'] = true,
	};
	size_t length = 0;

	if (*field == '-')
		return 0;
	while (plain[(unsigned char)field[length]])
		length++;
	return field[length] ? 0 : length;
}

/* Writes the bytes of a field, escaped where that is necessary. */
static void put_csv(FILE *out, const char *field)
{
	bool begins = strcmp(field, "-") && !is_number(field);
	char character[STEP_LEN];
	size_t length;

	while (*field) {
		if (begins && begins_formula(field)) {
			length = escape_byte(character, *field);
			/* step() escapes the rest, which is not UTF-8 */
			fwrite_unlocked(character, 1, length, out);
			field++;
			begins = false;
			continue;
		}
		if (*field == '"')
			putc_unlocked('"', out);
		/* blanks and quotes may stand before a formula */
		begins = *field == ';' ||
			 (begins && (*field == ' ' || *field == '"'));
		field += step(field, SYSTALLY_ESCAPE_EXACT, character, &length);
		fwrite_unlocked(character, 1, length, out);
	}
}

void systally_escape_csv(FILE *out, const char *field)
{
	const size_t plain = csv_plain_length(field);
	bool quote;

	if (plain) {
		fwrite_unlocked(field, 1, plain, out);
		return;
	}
	quote = !*field || strpbrk(field, "\",\r\n") || *field == ' ' ||
		field[strlen(field) - 1] == ' ';
	if (quote)
		putc_unlocked('"', out);
	put_csv(out, field);
	if (quote)
		putc_unlocked('"', out);
}

unsigned int systally_escape_ticks(const char *text)
{
	size_t most = 0, run;

	for (; (text = strchr(text, '`')); text += run) {
		run = strspn(text, "`");
		if (run > most)
			most = run;
	}
	return (unsigned int)most;
}
