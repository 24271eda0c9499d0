/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of modules for the unit tests, made by hand.
 */
#ifndef SYSTALLY_KMOD_FIXTURE_H
#define SYSTALLY_KMOD_FIXTURE_H

#include <elf.h>
#include <stdio.h>

#include "fixture.h"

/* Writes a file of an ELF header and two sections: .modinfo and the names. */
static inline void put_module(const char *path, const char *modinfo,
			      size_t size)
{
	static const char names[] = "\0.modinfo\0.shstrtab";
	const Elf64_Ehdr header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_REL,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_shoff = sizeof(header),
		.e_ehsize = sizeof(header),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 3,
		.e_shstrndx = 2,
	};
	const Elf64_Shdr sections[3] = {
		{ .sh_type = SHT_NULL },
		{ .sh_name = 1,
		  .sh_type = SHT_PROGBITS,
		  .sh_offset = sizeof(header) + sizeof(sections),
		  .sh_size = size },
		{ .sh_name = 10,
		  .sh_type = SHT_STRTAB,
		  .sh_offset = sizeof(header) + sizeof(sections) + size,
		  .sh_size = sizeof(names) },
	};
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fwrite(&header, sizeof(header), 1, file);
	fwrite(sections, sizeof(sections), 1, file);
	fwrite(modinfo, size, 1, file);
	fwrite(names, sizeof(names), 1, file);
	assert_int_equal(fclose(file), 0);
}

#endif /* SYSTALLY_KMOD_FIXTURE_H */
