/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text as nobody would wish it, and what no output may do with it. The checks
 * have lists of their own: they do not call base/escape.c.
 */
#ifndef SYSTALLY_HOSTILE_H
#define SYSTALLY_HOSTILE_H

#include "fixture.h"

#include <stdbool.h>
#include <stdio.h>

/* Each fits a comm. */
static const char *const hostile[] = {
	"\x1b[31mred", /* ESC */
	"a\xc2\x9b"
	"31m", /* U+009B, CSI in one character */
	"\xc2\x9d"
	"0;t\x07", /* OSC */
	"\x9b"
	"31m", /* the same, not UTF-8 */
	"\xe2\x80\xae"
	"evil", /* U+202E turns the text round */
	"\xe2\x81\xa6"
	"isolate",
	"ze\xe2\x80\x8b"
	"ro", /* U+200B, no width */
	"li\xe2\x80\xa8"
	"ne", /* U+2028 */
	"\xef\xbb\xbf"
	"bom",
	"t\xf3\xa0\x81\xa1"
	"g", /* U+E0061, a tag */
	"new\nline",
	"tab\tulator",
	"del\x7f",
	"say \"hi\", you",
	"it's",
	"back\\slash",
	"\\x41",
	"\\\\x41\xff",
	"pipe|cell",
	"=1+1",
	"+1-1",
	"-1+1",
	"-bash",
	"@SUM(1)",
	"\t=1",
	"\r=1",
	" =1+1",
	"a;=1+1",
	"a;\"=1+1\"",
	"\xef\xbc\x9d"
	"1+1", /* a wide = */
	"``<b>x</b>``",
	"` ``` <i> ``",
	"[a](b:c)",
	"<!--",
	"\xff\xfe bad",
	"\xc3",		/* cut */
	"\xed\xa0\x80", /* a surrogate */
	"",
	" ",
	"caf\xc3\xa9",
};

#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

/* Returns a word of 255 bytes: of every one but NUL. The caller frees it. */
static inline char *hostile_word(void)
{
	char *word = malloc(256);
	int i;

	assert_non_null(word);
	for (i = 0; i < 255; i++)
		word[i] = (char)(i + 1);
	word[255] = '\0';
	return word;
}

/* The beginnings, in UTF-8, of characters that act. */
static const char *const acting[] = {
	"\xc2\x80",	    "\xc2\x81",	    "\xc2\x85",	    "\xc2\x9b",
	"\xc2\x9d",	    "\xc2\xad",	    "\xe2\x80\x8b", "\xe2\x80\x8c",
	"\xe2\x80\x8d",	    "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8",
	"\xe2\x80\xa9",	    "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac",
	"\xe2\x80\xad",	    "\xe2\x80\xae", "\xe2\x81\xa0", "\xe2\x81\xa6",
	"\xe2\x81\xa7",	    "\xe2\x81\xa8", "\xe2\x81\xa9", "\xef\xbb\xbf",
	"\xf3\xa0\x81\xa1",
};

/*
 * Fails if @text has anything in it that a terminal obeys, or that is not UTF-8,
 * or more or fewer than @lines lines; SIZE_MAX: any number.
 */
static inline void assert_harmless(const char *text, size_t lines)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t i, found = 0;
	int more = 0;

	for (i = 0; i < sizeof(acting) / sizeof(acting[0]); i++) {
		if (strstr(text, acting[i]))
			fail_msg("has %zu of acting[]: %s", i, text);
	}
	for (; *c; c++) {
		if (*c == '\n')
			found++;
		else if (*c < ' ' || *c == 0x7f)
			fail_msg("has control character %d: %s", *c, text);
		if (more ? (*c & 0xc0) != 0x80 : *c >= 0x80 && *c < 0xc2)
			fail_msg("is not UTF-8: %s", text);
		more = more	  ? more - 1 :
		       *c >= 0xf0 ? 3 :
		       *c >= 0xe0 ? 2 :
		       *c >= 0xc2 ? 1 :
				    0;
	}
	if (lines != SIZE_MAX && found != lines)
		fail_msg("has %zu lines, not %zu: %s", found, lines, text);
}

/* Undoes \xHH. A decoder of its own: systally_unescape() is checked with it. */
static inline void undo_escapes(char *text)
{
	unsigned int byte;
	char *to = text;
	int length;

	while (*text) {
		length = 0;
		if (text[0] == '\\' && text[1] == 'x' &&
		    strspn(text + 2, "0123456789abcdef") >= 2)
			sscanf(text + 2, "%2x%n", &byte, &length);
		*to++ = length ? (char)byte : *text;
		text += length ? 4 : 1;
	}
	*to = '\0';
}

/*
 * Reads one field of CSV as RFC 4180 has it. Returns what is behind it and its
 * comma or newline. The caller frees *@field.
 */
static inline const char *csv_field(const char *csv, char **field)
{
	const bool quoted = *csv == '"';
	char *to = malloc(strlen(csv) + 1);

	assert_non_null(to);
	*field = to;
	csv += quoted;
	for (; *csv && (quoted || (*csv != ',' && *csv != '\n')); csv++) {
		if (*csv == '"') {
			assert_true(quoted);
			if (csv[1] != '"')
				break;
			csv++;
		}
		*to++ = *csv;
	}
	*to = '\0';
	if (quoted) {
		assert_int_equal(*csv, '"');
		csv++;
	}
	assert_true(*csv == ',' || *csv == '\n');
	return csv + 1;
}

/* Fails if a spreadsheet would compute @cell. */
static inline void assert_no_formula(const char *cell)
{
	char *end;

	for (;; cell += strspn(cell, "; \"")) {
		strtod(cell, &end);
		if (*cell && strchr("=+-@\t\r", *cell) &&
		    (end == cell || *end) && strcmp(cell, "-"))
			fail_msg("a formula: %s", cell);
		if (!strncmp(cell, "\xef\xbc\x9d", 3))
			fail_msg("a wide formula: %s", cell);
		cell = strchr(cell, ';');
		if (!cell)
			return;
	}
}

/*
 * Fails unless the cell of a markdown table at @cell, behind its blank, is one
 * code span, up to the pipe that ends the cell.
 */
static inline void assert_code_cell(const char *cell)
{
	const size_t fence = strspn(cell, "`");
	const char *at = cell + fence;
	size_t run;

	if (!fence)
		fail_msg("no code: %s", cell);
	for (; *at && *at != '\n'; at += run ? run : 1) {
		run = strspn(at, "`");
		if (run == fence)
			break;
		if (*at == '|' && at[-1] != '\\')
			fail_msg("a pipe ends the cell: %s", cell);
	}
	if (strspn(at, "`") != fence)
		fail_msg("no end: %s", cell);
	at += fence;
	at += strspn(at, " ");
	if (*at != '|')
		fail_msg("more behind the code: %s", cell);
}

#endif /* SYSTALLY_HOSTILE_H */
