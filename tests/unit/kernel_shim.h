/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Replaces the kernel's headers for the parts of the module that also compile
 * in userland, for unit tests and fuzzers: types, bits, and number parsers.
 */
#ifndef KERNEL_SHIM_H
#define KERNEL_SHIM_H

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#ifndef __aligned
#define __aligned(bytes) __attribute__((aligned(bytes)))
#endif

#ifndef fallthrough
#define fallthrough __attribute__((fallthrough))
#endif
#define ARRAY_SIZE(a)		    (sizeof(a) / sizeof((a)[0]))
#define likely(x)		    __builtin_expect(!!(x), 1)
#define unlikely(x)		    __builtin_expect(!!(x), 0)
#define data_race(expr)		    (expr)
#define READ_ONCE(x)		    __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, value)	    __atomic_store_n(&(x), value, __ATOMIC_RELAXED)
#define smp_store_release(p, value) __atomic_store_n(p, value, __ATOMIC_RELEASE)
#define smp_mb()		    __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define cmpxchg(p, old, new)	    __sync_val_compare_and_swap(p, old, new)
#define U32_MAX			    UINT32_MAX
#define OPTIMIZER_HIDE_VAR(var)	    __asm__("" : "+r"(var))
#define BITS_PER_LONG		    (8 * sizeof(long))
#define BITS_TO_LONGS(n)	    (((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define PID_MAX_LIMIT		    (4 * 1024 * 1024)

static inline unsigned long __fls(unsigned long word)
{
	return BITS_PER_LONG - 1 - __builtin_clzl(word);
}

static inline bool test_bit(unsigned long nr, const unsigned long *bits)
{
	return bits[nr / BITS_PER_LONG] >> nr % BITS_PER_LONG & 1;
}

static inline void __set_bit(unsigned long nr, unsigned long *bits)
{
	bits[nr / BITS_PER_LONG] |= 1ul << nr % BITS_PER_LONG;
}

/*
 * Does the same as the kernel's: accepts a '-' but no other sign and no white
 * space. Returns -ERANGE on overflow.
 */
static inline int kstrtoint(const char *text, unsigned int base, int *result)
{
	char *end;
	long value;

	if (!isdigit((unsigned char)text[0]) &&
	    !(text[0] == '-' && isdigit((unsigned char)text[1])))
		return -EINVAL;
	errno = 0;
	value = strtol(text, &end, base);
	if (*end)
		return -EINVAL;
	if (errno || value != (int)value)
		return -ERANGE;
	*result = value;
	return 0;
}

static inline int kstrtoul(const char *text, unsigned int base,
			   unsigned long *result)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	*result = strtoul(text, &end, base);
	if (*end)
		return -EINVAL;
	return errno ? -ERANGE : 0;
}

#endif /* KERNEL_SHIM_H */
