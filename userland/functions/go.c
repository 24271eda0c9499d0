// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recognises the stack check of Go's functions by its instructions: those of Go
 * 1.17 and later, and those of Go 1.5 to 1.16 but for very large frames.
 */
#include <string.h>

#include "functions/go.h"

#define INSTRUCTION_MAX 5

/* An instruction; the bytes of its operand follow `code` and may be any. */
struct instruction {
	uint8_t length, operand;
	uint8_t code[INSTRUCTION_MAX];
};

/*
 * How rcx or r14 gets the address of g, whose stack guards are at 16 and 24: from
 * a place of the thread, at a fixed distance or at one that is loaded first
 */
static const struct instruction loads[] = {
	{ 5, 4, { 0x64, 0x48, 0x8b, 0x0c, 0x25 } }, /* mov %fs:disp32,%rcx */
	{ 5, 4, { 0x64, 0x4c, 0x8b, 0x34, 0x25 } }, /* mov %fs:disp32,%r14 */
	{ 4, 0, { 0x64, 0x48, 0x8b, 0x09 } },	    /* mov %fs:(%rcx),%rcx */
};

static const struct instruction distances[] = {
	{ 3, 4, { 0x48, 0x8b, 0x0d } }, /* mov disp32(%rip),%rcx */
	{ 3, 4, { 0x48, 0xc7, 0xc1 } }, /* mov imm32,%rcx */
};

/* The lowest address that the function's frame needs, unless that is rsp */
static const struct instruction computes[] = {
	{ 4, 1, { 0x4c, 0x8d, 0x64, 0x24 } }, /* lea disp8(%rsp),%r12 */
	{ 4, 4, { 0x4c, 0x8d, 0xa4, 0x24 } }, /* lea disp32(%rsp),%r12 */
	{ 4, 1, { 0x48, 0x8d, 0x44, 0x24 } }, /* lea disp8(%rsp),%rax */
	{ 4, 4, { 0x48, 0x8d, 0x84, 0x24 } }, /* lea disp32(%rsp),%rax */
};

/* The same for a very large frame, after which the result may be negative */
static const struct instruction moves = { 3, 0, { 0x49, 0x89, 0xe4 } };
static const struct instruction subtracts = { 3, 4, { 0x49, 0x81, 0xec } };
static const struct instruction carries[] = {
	{ 1, 1, { 0x72 } },	  /* jb */
	{ 2, 4, { 0x0f, 0x82 } }, /* jb, far */
};

/* The comparison with a guard, whose displacement is the operand */
static const struct instruction compares[] = {
	{ 3, 1, { 0x49, 0x3b, 0x66 } }, /* cmp disp8(%r14),%rsp */
	{ 3, 1, { 0x4d, 0x3b, 0x66 } }, /* cmp disp8(%r14),%r12 */
	{ 3, 1, { 0x48, 0x3b, 0x61 } }, /* cmp disp8(%rcx),%rsp */
	{ 3, 1, { 0x48, 0x3b, 0x41 } }, /* cmp disp8(%rcx),%rax */
};

static const struct instruction jumps[] = {
	{ 1, 1, { 0x76 } },	  /* jbe */
	{ 2, 4, { 0x0f, 0x86 } }, /* jbe, far */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Moves *@at past the next instruction, if @list has it. Returns whether it has.
 */
static int pass(const struct instruction *list, size_t count,
		const uint8_t *code, size_t bytes, size_t *at)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const size_t length = list[i].length + list[i].operand;

		if (length <= bytes - *at &&
		    !memcmp(code + *at, list[i].code, list[i].length)) {
			*at += length;
			return 1;
		}
	}
	return 0;
}

size_t systally_go_check(const uint8_t *code, size_t bytes)
{
	size_t at = 0, guard;

	pass(distances, COUNT(distances), code, bytes, &at);
	pass(loads, COUNT(loads), code, bytes, &at);
	if (pass(&moves, 1, code, bytes, &at)) {
		pass(&subtracts, 1, code, bytes, &at);
		pass(carries, COUNT(carries), code, bytes, &at);
	} else {
		pass(computes, COUNT(computes), code, bytes, &at);
	}
	if (!pass(compares, COUNT(compares), code, bytes, &at))
		return 0;
	guard = code[at - 1];
	if ((guard != 16 && guard != 24) ||
	    !pass(jumps, COUNT(jumps), code, bytes, &at))
		return 0;
	return at;
}
