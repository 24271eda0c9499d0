/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structures of ELF files and of the dynamic linker, for this width. <elf.h> is
 * the C library's; the library for i386 is built without one.
 */
#ifndef PROBE_ELF_H
#define PROBE_ELF_H

#include <stdint.h>

#define DT_NULL	    0
#define DT_HASH	    4
#define DT_STRTAB   5
#define DT_SYMTAB   6
#define DT_RELA	    7
#define DT_RELASZ   8
#define DT_REL	    17
#define DT_RELSZ    18
#define DT_GNU_HASH 0x6ffffef5

#define STT_NOTYPE 0
#define STT_FUNC   2

#define LAV_BIND_NOW 2 /* la_version(): also calls la_symbind for BIND_NOW */

#define LA_FLG_BINDTO	0x01
#define LA_FLG_BINDFROM 0x02

struct elf_dynamic {
	intptr_t tag;
	uintptr_t value;
};

#ifdef __LP64__
struct elf_symbol {
	uint32_t name;
	uint8_t info, other;
	uint16_t section; /* 0: undefined */
	uint64_t value, size;
};

#define ELF_RELOCATION_SYMBOL(info)  ((info) >> 32)
#define ELF_RELOCATION_TYPE(info)    ((uint32_t)(info))
#define ELF_RELOCATION(symbol, type) ((uint64_t)(symbol) << 32 | (type))
#else
struct elf_symbol {
	uint32_t name;
	uint32_t value, size;
	uint8_t info, other;
	uint16_t section;
};

#define ELF_RELOCATION_SYMBOL(info)  ((info) >> 8)
#define ELF_RELOCATION_TYPE(info)    ((info) & 0xff)
#define ELF_RELOCATION(symbol, type) ((symbol) << 8 | (type))
#endif

struct elf_rel {
	uintptr_t offset, info;
};

struct elf_rela {
	uintptr_t offset, info;
	intptr_t addend;
};

/* struct link_map of <link.h> */
struct elf_map {
	uintptr_t base;
	const char *name;
	struct elf_dynamic *dynamic;
	struct elf_map *next, *previous;
};

#endif /* PROBE_ELF_H */
