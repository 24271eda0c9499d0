/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the library has in place of a C library: it runs within the dynamic
 * linker, before the program's C library is ready, and in any thread and signal
 * handler. Each function returns what the kernel does: -errno if it fails.
 */
#ifndef PROBE_SYSTEM_H
#define PROBE_SYSTEM_H

#include "arch.h"

#define PROT_READ		 1
#define PROT_WRITE		 2
#define PROT_EXEC		 4
#define MAP_SHARED		 0x01
#define MAP_PRIVATE		 0x02
#define MAP_FIXED		 0x10
#define MAP_ANONYMOUS		 0x20
#define MAP_NORESERVE		 0x4000
#define MADV_DONTDUMP		 16
#define MADV_WIPEONFORK		 18
#define MADV_POPULATE_WRITE	 23
#define AT_FDCWD		 (-100)
#define O_RDWR			 2
#define O_CLOEXEC		 02000000
#define CLOCK_MONOTONIC		 1
#define STATX_BASIC_STATS	 0x7ff
#define ESRCH			 3
#define EFAULT			 14
#define EINVAL			 22
#define PAGE_BYTES		 4096UL
#define BYTES_TO_PAGE(bytes)	 (((bytes) + PAGE_BYTES - 1) & -PAGE_BYTES)
#define system_failed(result)	 ((unsigned long)(result) > -4096UL)
#define system_call(number, ...) system_pass(number, __VA_ARGS__, 0, 0, 0, 0, 0)
#define system_pass(number, a, b, c, d, e, f, ...)                    \
	arch_call(number, (long)(a), (long)(b), (long)(c), (long)(d), \
		  (long)(e), (long)(f))

/* struct statx(2), up to what is needed */
struct system_file {
	uint32_t mask, block_bytes;
	uint64_t attributes;
	uint32_t links, user, group;
	uint16_t mode, unused;
	uint64_t inode;
	uint64_t other[11];
	uint32_t other_major, other_minor, major, minor;
	uint64_t more[14];
};

struct system_time {
	int64_t seconds, nanoseconds;
};

struct system_part {
	void *at;
	unsigned long bytes;
};

static inline void *system_map(void *at, unsigned long bytes, int rights,
			       int flags, int file)
{
	return (void *)system_call(ARCH_MMAP, at, bytes, rights, flags, file,
				   0);
}

/* Zeroed private memory, or NULL */
static inline void *system_memory(unsigned long bytes)
{
	void *at = system_map(NULL, bytes, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);

	return system_failed(at) ? NULL : at;
}

static inline int system_open(const char *path, int flags)
{
	return (int)system_call(ARCH_OPENAT, AT_FDCWD, path, flags | O_CLOEXEC);
}

static inline long system_read(int file, void *to, unsigned long bytes)
{
	return system_call(ARCH_READ, file, to, bytes);
}

static inline void system_close(int file)
{
	system_call(ARCH_CLOSE, file);
}

static inline int text_compare(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}

#endif /* PROBE_SYSTEM_H */
