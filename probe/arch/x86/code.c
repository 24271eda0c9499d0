// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the code that calls pass on their way to a function. Counted, on
 * x86-64:
 *
 *	1:	endbr64
 *		mov	%fs:probe_cell, %r11	# the thread's cell
 *		mov	(%r11), %r11		# its slot
 *		test	%r11, %r11
 *		jz	2f
 *		incq	count(%r11)
 *		jmp	*function
 *	2:	call	*arch_attach
 *		jmp	1b
 *
 * r11 is free at a call: the linkage table uses it, too. On i386 no register
 * is.
 */
#include "arch.h"
#include "probe.h"
#include "thread.h"

/* arch.S: these save all registers, and call probe_attach() and the others. */
extern const char arch_attach[] HIDDEN, arch_enter[] HIDDEN,
	arch_restore[] HIDDEN;

struct writer {
	unsigned char *at;
};

static void bytes(struct writer *writer, const char *from, unsigned int count)
{
	while (count--)
		*writer->at++ = (unsigned char)*from++;
}

#define BYTES(writer, text) bytes(writer, text, sizeof(text) - 1)

static void word(struct writer *writer, uint32_t value)
{
	bytes(writer, (const char *)&value, sizeof(value));
}

/* Where the thread's cell is, from the thread pointer on. */
static uint32_t cell_offset(void)
{
	uintptr_t thread;

#ifdef __x86_64__
	__asm__("mov %%fs:0, %0" : "=r"(thread));
#else
	__asm__("mov %%gs:0, %0" : "=r"(thread));
#endif
	return (uint32_t)((uintptr_t)&probe_cell - thread);
}

#ifdef __x86_64__

/* The addresses that the code needs follow it. */
#define FUNCTION_AT 56
#define HELPER_AT   64
#define ATTACH_AT   72

/* The distance from the end of this word to one of them */
static void distance(struct writer *writer, const unsigned char *start,
		     int place)
{
	word(writer, (uint32_t)(start + place - (writer->at + 4)));
}

void arch_write(unsigned char *at, const struct arch_code *code)
{
	struct writer writer = { at };
	uintptr_t *place = (void *)(at + FUNCTION_AT);
	unsigned char *slow = NULL;

	place[0] = code->function;
	place[1] = (uintptr_t)(code->times ? arch_enter : arch_restore);
	place[2] = (uintptr_t)arch_attach;
	BYTES(&writer, "\xf3\x0f\x1e\xfa"); /* endbr64 */
	if (code->count >= 0) {
		BYTES(&writer, "\x64\x4c\x8b\x1c\x25"); /* mov %fs:…,%r11 */
		word(&writer, cell_offset());
		BYTES(&writer, "\x4d\x8b\x1b");	    /* mov (%r11),%r11 */
		BYTES(&writer, "\x4d\x85\xdb\x74"); /* test; jz */
		slow = writer.at++;
		BYTES(&writer, "\x49\xff\x83"); /* incq …(%r11) */
		word(&writer, (uint32_t)code->count);
	}
	if (code->times) {
		BYTES(&writer, "\xff\x35"); /* push function */
		distance(&writer, at, FUNCTION_AT);
		BYTES(&writer, "\x68"); /* push index */
		word(&writer, code->index);
		BYTES(&writer, "\xff\x25"); /* jmp *arch_enter */
		distance(&writer, at, HELPER_AT);
	} else {
		if (code->restores) {
			BYTES(&writer, "\xff\x15"); /* call *arch_restore */
			distance(&writer, at, HELPER_AT);
		}
		BYTES(&writer, "\xff\x25"); /* jmp *function */
		distance(&writer, at, FUNCTION_AT);
	}
	if (slow) {
		*slow = (unsigned char)(writer.at - slow - 1);
		BYTES(&writer, "\xff\x15"); /* call *arch_attach */
		distance(&writer, at, ATTACH_AT);
		BYTES(&writer, "\xeb"); /* jmp to the start */
		*writer.at = (unsigned char)(at - (writer.at + 1));
		writer.at++;
	}
}

#else

/* A jump or call with a distance of 32 bits reaches everything. */
static void reach(struct writer *writer, uintptr_t target)
{
	word(writer, (uint32_t)(target - (uintptr_t)(writer->at + 4)));
}

void arch_write(unsigned char *at, const struct arch_code *code)
{
	struct writer writer = { at };
	unsigned char *slow = NULL;

	BYTES(&writer, "\xf3\x0f\x1e\xfb"); /* endbr32 */
	if (code->count >= 0) {
		BYTES(&writer, "\x50\x65\xa1"); /* push %eax; mov %gs:…,%eax */
		word(&writer, cell_offset());
		BYTES(&writer, "\x8b\x00");	/* mov (%eax),%eax */
		BYTES(&writer, "\x85\xc0\x74"); /* test; jz */
		slow = writer.at++;
		BYTES(&writer, "\x83\x80"); /* addl $1,…(%eax) */
		word(&writer, (uint32_t)code->count);
		BYTES(&writer, "\x01\x83\x90"); /* adcl $0,…(%eax) */
		word(&writer, (uint32_t)code->count + 4);
		BYTES(&writer, "\x00\x58"); /* pop %eax */
	}
	if (code->times) {
		BYTES(&writer, "\x68"); /* push function */
		word(&writer, (uint32_t)code->function);
		BYTES(&writer, "\x68"); /* push index */
		word(&writer, code->index);
		BYTES(&writer, "\xe9"); /* jmp arch_enter */
		reach(&writer, (uintptr_t)arch_enter);
	} else {
		if (code->restores) {
			BYTES(&writer, "\xe8"); /* call arch_restore */
			reach(&writer, (uintptr_t)arch_restore);
		}
		BYTES(&writer, "\xe9"); /* jmp function */
		reach(&writer, code->function);
	}
	if (slow) {
		*slow = (unsigned char)(writer.at - slow - 1);
		BYTES(&writer, "\x58\xe8"); /* pop %eax; call arch_attach */
		reach(&writer, (uintptr_t)arch_attach);
		BYTES(&writer, "\xeb"); /* jmp to the start */
		*writer.at = (unsigned char)(at - (writer.at + 1));
		writer.at++;
	}
}

#endif
