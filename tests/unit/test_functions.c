// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of -f: libraries, symbols and places in files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "functions/functions.h"
#include "functions/words.h"
#include "functions/symbols.h"
#include "systally.h"

/* Functions that the tests look for in their own program */
int probed_one(int value);
int probed_two(int value);

__attribute__((noinline, used)) int probed_one(int value)
{
	return value + 1;
}

__attribute__((noinline, used)) int probed_two(int value)
{
	return value + 2;
}

/* Members of %ssl that the program has itself */
int SSL_read(int value);
int SSL_write_ex(int value);
int gnutls_deinit(int value);

__attribute__((noinline, used)) int SSL_read(int value)
{
	return value + 3;
}

__attribute__((noinline, used)) int SSL_write_ex(int value)
{
	return value + 4;
}

__attribute__((noinline, used)) int gnutls_deinit(int value)
{
	return value + 5;
}

static const struct systally_library_scope nowhere;

static char self[4096];

static int set_up(void **state)
{
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	(void)state;
	return length > 0 ? 0 : -1;
}

/* Where a function of this program is in its file, by /proc/self/maps */
static uint64_t offset_of(int (*function)(int value))
{
	const uintptr_t address = (uintptr_t)function;
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t from, to;
	uint64_t offset, found = 0;
	char line[5000];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %" SCNx64,
			   &from, &to, &offset) == 3 &&
		    address >= from && address < to)
			found = address - from + offset;
	}
	fclose(maps);
	return found;
}

/* Finds @words; fails the test with the message if that fails. */
static struct systally_functions
find(const char *words, const struct systally_library_scope *scope)
{
	struct systally_functions functions;
	struct systally_error error = { "" };

	if (systally_functions_find(&functions, words, scope, &error))
		fail_msg("%s: %s", words, error.text);
	return functions;
}

/* The message that refuses @words. */
static const char *refused(const char *words)
{
	static struct systally_error error;
	struct systally_functions functions;

	error = (struct systally_error){ "" };
	assert_int_not_equal(
		systally_functions_find(&functions, words, &nowhere, &error),
		0);
	assert_int_equal(functions.count, 0);
	assert_null(strchr(error.text, '\n'));
	return error.text;
}

static void test_own_program(void **state)
{
	struct systally_functions functions;
	char words[8300];

	(void)state;
	snprintf(words, sizeof(words), "%s:probed_two,%s:probed_one", self,
		 self);
	functions = find(words, &nowhere);
	assert_int_equal(functions.count, 2);
	assert_string_equal(functions.list[0].path, self);
	assert_string_equal(functions.list[0].name,
			    "test_functions:probed_two");
	assert_int_equal(functions.list[0].offset, offset_of(probed_two));
	assert_int_equal(functions.list[1].offset, offset_of(probed_one));
	systally_functions_free(&functions);
}

static void test_pattern(void **state)
{
	struct systally_functions functions;
	char words[8300];

	(void)state;
	snprintf(words, sizeof(words), "%s:probed_*,%s:probed_one", self, self);
	functions = find(words, &nowhere);
	assert_int_equal(functions.count, 2);
	assert_string_equal(functions.list[0].name,
			    "test_functions:probed_one");
	assert_string_equal(functions.list[1].name,
			    "test_functions:probed_two");
	systally_functions_free(&functions);
}

static void test_offset(void **state)
{
	struct systally_functions functions;
	char words[8300];

	(void)state;
	snprintf(words, sizeof(words), "%s:0x1f0", self);
	functions = find(words, &nowhere);
	assert_int_equal(functions.count, 1);
	assert_int_equal(functions.list[0].offset, 0x1f0);
	assert_string_equal(functions.list[0].name, "test_functions:0x1f0");
	systally_functions_free(&functions);
}

/* By the short name, by the file's name, and as a process maps it */
static void test_libraries(void **state)
{
	const struct systally_library_scope mapped = {
		.pid = (uint32_t)getpid(),
	};
	struct systally_functions by_short, by_name, by_map;

	(void)state;
	by_short = find("c:malloc", &nowhere);
	by_name = find("libc.so.6:malloc", &nowhere);
	by_map = find("libc:malloc", &mapped);
	assert_int_equal(by_short.count, 1);
	assert_string_equal(by_short.list[0].path, by_name.list[0].path);
	assert_int_equal(by_short.list[0].offset, by_map.list[0].offset);
	assert_string_equal(by_map.list[0].name, "libc.so.6:malloc");
	assert_int_equal(strncmp(by_map.list[0].path, "/proc/", 6), 0);
	systally_functions_free(&by_short);
	systally_functions_free(&by_name);
	systally_functions_free(&by_map);
}

static void test_long_names(void **state)
{
	struct systally_functions functions;
	char words[8300];

	(void)state;
	snprintf(words, sizeof(words), "%s:0x%080x", self, 0x123);
	functions = find(words, &nowhere);
	assert_int_equal(functions.list[0].offset, 0x123);
	assert_int_equal(strlen(functions.list[0].name),
			 SYSTALLY_FUNCTION_NAME_LEN - 1);
	assert_non_null(strchr(functions.list[0].name, '~'));
	systally_functions_free(&functions);
}

static void test_refused(void **state)
{
	(void)state;
	assert_non_null(strstr(refused("malloc"), "is not LIB:SYMBOL"));
	assert_non_null(strstr(refused(":malloc"), "is not LIB:SYMBOL"));
	assert_non_null(strstr(refused("c:"), "is not LIB:SYMBOL"));
	assert_non_null(strstr(refused(","), "names no function"));
	assert_non_null(strstr(refused(""), "names no function"));
	assert_non_null(strstr(refused("c:mallco"), "did you mean malloc?"));
	assert_non_null(strstr(refused("c:malloc,c:zz*"), "no function like"));
	assert_non_null(strstr(refused("nolib:x"), "ldconfig"));
	assert_non_null(strstr(refused("/no/where:x"), "cannot read"));
	assert_non_null(strstr(refused("/etc/passwd:x"), "is no ELF file"));
	assert_non_null(strstr(refused("/tmp:x"), "is no ELF file"));
	/* its implementations have other names */
	assert_non_null(strstr(refused("c:memcpy"), "is chosen at run time"));
	assert_non_null(strstr(refused("c:*"), "more than 1022 functions"));
}

static const struct systally_function counted[] = {
	{ .nr = 3, .name = "libssl.so.3:SSL_read" },
	{ .nr = 64, .name = "libssl.so.3:SSL_write" },
	{ .nr = 1022, .name = "libc-2.31.so:malloc" },
};

/* Which of the counted functions @words choose, as bits; -1: refused */
static int chosen(const char *words, struct systally_error *error)
{
	struct systally_set set = { .all = true };
	const size_t count = sizeof(counted) / sizeof(counted[0]);
	int bits = 0;
	size_t i;

	*error = (struct systally_error){ "" };
	if (systally_functions_choose(&set, counted, count, words, error))
		return -1;
	for (i = 0; i < count; i++)
		bits |= systally_set_has(&set, SYSTALLY_ABI_FUNCTION,
					 (int)counted[i].nr)
			<< i;
	/* calls are as before */
	assert_true(systally_set_has(&set, SYSTALLY_ABI_X86_64, 3));
	return bits;
}

static void test_choose(void **state)
{
	struct systally_error error = { "" };

	(void)state;
	assert_int_equal(chosen("ssl:SSL_read", &error), 1);
	assert_int_equal(chosen("/usr/lib/libssl.so.3:SSL_*", &error), 3);
	assert_int_equal(chosen("libc:malloc,libssl:SSL_write", &error), 6);
	assert_int_equal(chosen("ssl:read", &error), -1);
	assert_non_null(strstr(error.text, "such as libssl.so.3:SSL_read"));
	assert_int_equal(chosen("sl:SSL_read", &error), -1);
	assert_int_equal(chosen("SSL_read", &error), -1);
	assert_non_null(strstr(error.text, "is not LIB:SYMBOL"));
}

/* The function of a name that ends with @symbol in the program itself, or NULL */
static const struct systally_function_place *
place_of(const struct systally_functions *functions, const char *symbol)
{
	const size_t length = strlen(symbol);
	size_t i;

	for (i = 0; i < functions->count; i++) {
		const struct systally_function_place *place =
			&functions->list[i];

		if (!strcmp(place->path, self) &&
		    !strcmp(place->name + strlen(place->name) - length, symbol))
			return place;
	}
	return NULL;
}

/* %ssl is what there is: in libraries, and in the program. */
static void test_tls(void **state)
{
	const struct systally_library_scope program = { .program = self };
	const struct systally_function known[] = {
		{ .nr = 0, .name = "libssl.so.3:SSL_read" },
		{ .nr = 1, .name = "libc.so.6:read" },
		{ .nr = 2, .name = "nginx:SSL_write" },
	};
	struct systally_error error = { "" };
	struct systally_functions functions;
	const struct systally_function_place *place;
	struct systally_set set = { .all = true };
	char words[8300];

	(void)state;
	functions = find("%ssl,libc:malloc", &program);
	place = place_of(&functions, ":SSL_read");
	assert_non_null(place);
	assert_int_equal(place->offset, offset_of(SSL_read));
	assert_string_equal(place->kind, "read");
	assert_string_equal(place_of(&functions, ":SSL_write_ex")->kind,
			    "write_bool");
	assert_string_equal(place_of(&functions, ":gnutls_deinit")->kind,
			    "free");
	assert_null(place_of(&functions, ":SSL_write"));
	assert_null(functions.list[functions.count - 1].kind);
	systally_functions_free(&functions);

	/* also of functions that another word has named before */
	snprintf(words, sizeof(words), "%s:SSL_*,%%ssl", self);
	functions = find(words, &program);
	assert_string_equal(place_of(&functions, ":SSL_read")->kind, "read");
	systally_functions_free(&functions);

	assert_non_null(strstr(refused("%tls"),
			       "no set '%tls' of functions; there is %ssl"));
	assert_true(systally_words_have_tls("%ssl"));
	assert_true(systally_words_have_tls("libc:malloc,%ssl"));
	assert_false(systally_words_have_tls("libc:%ssl,a:%ssl,%ssls"));

	assert_int_equal(
		systally_functions_choose(&set, known, 3, "%ssl", &error), 0);
	assert_int_equal(
		systally_functions_choose(&set, &known[1], 1, "%ssl", &error),
		-1);
	assert_non_null(strstr(error.text, "no function of %ssl was counted"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_program),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_libraries),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_tls),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
