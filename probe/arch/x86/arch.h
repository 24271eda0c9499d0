/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86, both widths: system calls, the clock, types of relocations, and the code
 * that callers pass on their way to a function.
 */
#ifndef PROBE_ARCH_H
#define PROBE_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- system calls --------------------------------------------------- */

#ifdef __x86_64__
#define ARCH_READ	       0
#define ARCH_CLOSE	       3
#define ARCH_MMAP	       9
#define ARCH_MPROTECT	       10
#define ARCH_SIGPROCMASK       14
#define ARCH_MADVISE	       28
#define ARCH_GETPID	       39
#define ARCH_GETTID	       186
#define ARCH_CLOCK_GETTIME     228
#define ARCH_EXIT_GROUP	       231
#define ARCH_TGKILL	       234
#define ARCH_OPENAT	       257
#define ARCH_PROCESS_VM_READV  310
#define ARCH_STATX	       332
#define ARCH_WRITE	       1
#define ARCH_MMAP_OFFSET_SHIFT 0

static inline long arch_call(long number, long a, long b, long c, long d,
			     long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10),
			   "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#else
#define ARCH_READ	       3
#define ARCH_WRITE	       4
#define ARCH_CLOSE	       6
#define ARCH_GETPID	       20
#define ARCH_MPROTECT	       125
#define ARCH_SIGPROCMASK       175
#define ARCH_MMAP	       192 /* mmap2 */
#define ARCH_MADVISE	       219
#define ARCH_GETTID	       224
#define ARCH_EXIT_GROUP	       252
#define ARCH_CLOCK_GETTIME     403 /* clock_gettime64 */
#define ARCH_TGKILL	       270
#define ARCH_OPENAT	       295
#define ARCH_PROCESS_VM_READV  347
#define ARCH_STATX	       383
#define ARCH_MMAP_OFFSET_SHIFT 12

static inline long arch_call(long number, long a, long b, long c, long d,
			     long e, long f)
{
	const long last[2] = { a, f };
	long result;

	/* all registers but the stack pointer hold an argument */
	__asm__ volatile("push %%ebp\n\t"
			 "push %%ebx\n\t"
			 "mov 4(%%ebx), %%ebp\n\t"
			 "mov (%%ebx), %%ebx\n\t"
			 "int $0x80\n\t"
			 "pop %%ebx\n\t"
			 "pop %%ebp"
			 : "=a"(result)
			 : "a"(number), "b"(last), "c"(b), "d"(c), "S"(d),
			   "D"(e)
			 : "memory");
	return result;
}
#endif

/* ---- the clock ------------------------------------------------------ */

/* The counter that SYSTALLY_PROBE_CLOCK_CYCLES means. */
static inline uint64_t arch_cycles(void)
{
	return __builtin_ia32_rdtsc();
}

/* ---- relocations ---------------------------------------------------- */

#ifdef __x86_64__
#define ARCH_RELA      1
#define ARCH_JUMP_SLOT 7 /* R_X86_64_JUMP_SLOT */

/* Whether a relocation stores a symbol's address, plus its addend. */
static inline bool arch_stores_address(uint32_t type)
{
	return type == 6 /* R_X86_64_GLOB_DAT */ || type == 1 /* R_X86_64_64 */;
}
#else
#define ARCH_RELA      0
#define ARCH_JUMP_SLOT 7 /* R_386_JMP_SLOT */

static inline bool arch_stores_address(uint32_t type)
{
	return type == 6 /* R_386_GLOB_DAT */ || type == 1 /* R_386_32 */;
}
#endif

/* ---- calls ---------------------------------------------------------- */

/* How many bytes arch_write() writes, at most; a multiple of 16. */
#define ARCH_CODE_BYTES 80

/* What a piece of code does on the way to a function. */
struct arch_code {
	uintptr_t function; /* where it goes on */
	uint32_t index;	    /* the function's number, for arch_enter() */
	int32_t count;	    /* where its counter is in a slot; -1: none */
	bool times;	    /* calls probe_enter() */
	bool restores;	    /* calls probe_restore() */
};

/*
 * Writes the code at @at. Its first byte is where callers come in. It changes
 * no register that a caller or the function may use.
 */
void arch_write(unsigned char *at, const struct arch_code *code);

/*
 * A function may take so many bytes of arguments off the stack when it returns:
 * on i386, one that returns a struct takes the pointer to it.
 */
#ifdef __x86_64__
#define ARCH_POPPED_MAX 0
#else
#define ARCH_POPPED_MAX 64
#endif

/* What a timed call returns to; calls probe_leave(). */
extern const char arch_return[] __attribute__((visibility("hidden")));

/*
 * Whether this thread has a shadow stack (CET): its return addresses must not
 * be changed.
 */
static inline bool arch_guards_returns(void)
{
	unsigned long shadow = 0;

#ifdef __x86_64__
	/* rdsspq %rax: does nothing on CPUs without it */
	__asm__ volatile(".byte 0xf3, 0x48, 0x0f, 0x1e, 0xc8" : "+a"(shadow));
#else
	__asm__ volatile(".byte 0xf3, 0x0f, 0x1e, 0xc8" : "+a"(shadow));
#endif
	return shadow;
}

#endif /* PROBE_ARCH_H */
