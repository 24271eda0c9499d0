// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads symbols of ELF files.
 */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "functions/go.h"
#include "functions/symbols.h"

/* What is read so far. */
struct reading {
	struct systally_symbols *symbols;
	Elf *elf;
	size_t room;
};

/*
 * Turns an address into an offset, by the segment that is loaded there and
 * executable. Returns false if there is none.
 */
static bool find_offset(Elf *elf, uint64_t address, uint64_t *offset)
{
	size_t count, i;
	GElf_Phdr segment;

	if (elf_getphdrnum(elf, &count))
		return false;
	for (i = 0; i < count; i++) {
		if (!gelf_getphdr(elf, (int)i, &segment) ||
		    segment.p_type != PT_LOAD || !(segment.p_flags & PF_X) ||
		    address < segment.p_vaddr ||
		    address - segment.p_vaddr >= segment.p_filesz)
			continue;
		*offset = address - segment.p_vaddr + segment.p_offset;
		return true;
	}
	return false;
}

static int add(struct reading *reading, const char *name,
	       const struct systally_symbol *symbol)
{
	struct systally_symbols *symbols = reading->symbols;
	struct systally_symbol *list;

	if (symbols->count == reading->room) {
		reading->room = reading->room ? 2 * reading->room : 256;
		list = reallocarray(symbols->list, reading->room,
				    sizeof(*list));
		if (!list)
			return -1;
		symbols->list = list;
	}
	list = &symbols->list[symbols->count];
	*list = *symbol;
	list->name = strdup(name);
	if (!list->name)
		return -1;
	symbols->count++;
	return 0;
}

/* Returns the versions of the dynamic symbols (SHT_GNU_versym), or NULL. */
static Elf_Data *find_versions(Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, &header) &&
		    header.sh_type == SHT_GNU_versym)
			return elf_getdata(section, NULL);
	}
	return NULL;
}

/* Whether a symbol has a version that is not the default (ld(1), VERSION) */
static bool is_old(Elf_Data *versions, size_t index)
{
	GElf_Versym version;

	return versions && gelf_getversym(versions, (int)index, &version) &&
	       version & 0x8000;
}

/* Adds the functions of one table of symbols. Returns -1 without memory. */
static int read_table(struct reading *reading, Elf_Scn *section,
		      const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL), *versions = NULL;
	size_t count, i;

	if (!data || !header->sh_entsize)
		return 0;
	if (header->sh_type == SHT_DYNSYM)
		versions = find_versions(reading->elf);
	count = header->sh_size / header->sh_entsize;
	for (i = 0; i < count; i++) {
		struct systally_symbol symbol = {
			.old = is_old(versions, i),
			.dynamic = header->sh_type == SHT_DYNSYM,
		};
		const char *name;
		GElf_Sym from;
		int type;

		if (!gelf_getsym(data, (int)i, &from))
			break;
		type = GELF_ST_TYPE(from.st_info);
		if ((type != STT_FUNC && type != STT_GNU_IFUNC) ||
		    from.st_shndx == SHN_UNDEF)
			continue;
		name = elf_strptr(reading->elf, header->sh_link, from.st_name);
		if (!name || !*name ||
		    !find_offset(reading->elf, from.st_value, &symbol.offset))
			continue;
		symbol.address = from.st_value;
		symbol.indirect = type == STT_GNU_IFUNC;
		if (add(reading, name, &symbol))
			return -1;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct systally_symbol *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	if (order)
		return order;
	return (left->offset > right->offset) - (left->offset < right->offset);
}

/* The table of all symbols repeats the dynamic ones. */
static void drop_doubles(struct systally_symbols *symbols)
{
	size_t i, kept = 0;

	if (!symbols->count)
		return;
	qsort(symbols->list, symbols->count, sizeof(*symbols->list), compare);
	for (i = 1; i < symbols->count; i++) {
		if (compare(&symbols->list[kept], &symbols->list[i])) {
			symbols->list[++kept] = symbols->list[i];
			continue;
		}
		symbols->list[kept].dynamic |= symbols->list[i].dynamic;
		free(symbols->list[i].name);
	}
	symbols->count = kept + 1;
}

/* Whether Go's linker has made the file: it has Go's table of return addresses. */
static bool is_of_go(Elf *elf, size_t names, const GElf_Shdr *header)
{
	const char *name = elf_strptr(elf, names, header->sh_name);

	return name && (!strcmp(name, ".gopclntab") ||
			!strcmp(name, ".data.rel.ro.gopclntab"));
}

static int read_tables(struct reading *reading)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(reading->elf, &names))
		return 0;
	while ((section = elf_nextscn(reading->elf, section))) {
		if (!gelf_getshdr(section, &header))
			continue;
		reading->symbols->go |= is_of_go(reading->elf, names, &header);
		if (header.sh_type != SHT_DYNSYM &&
		    header.sh_type != SHT_SYMTAB)
			continue;
		if (read_table(reading, section, &header))
			return -1;
	}
	return 0;
}

/* Finds the stack checks of a program in Go. Its code is within the file. */
static void find_checks(struct reading *reading)
{
	struct systally_symbols *symbols = reading->symbols;
	const char *image;
	GElf_Ehdr header;
	size_t bytes, i;

	image = elf_rawfile(reading->elf, &bytes);
	if (!image || !gelf_getehdr(reading->elf, &header) ||
	    header.e_machine != EM_X86_64)
		return;
	for (i = 0; i < symbols->count; i++) {
		struct systally_symbol *symbol = &symbols->list[i];

		if (symbol->offset < bytes)
			symbol->check = systally_go_check(
				(const uint8_t *)image + symbol->offset,
				bytes - symbol->offset);
	}
}

int systally_symbols_read(struct systally_symbols *symbols, const char *path,
			  struct systally_error *error)
{
	struct reading reading = { .symbols = symbols };
	int file, result = -1;

	*symbols = (struct systally_symbols){ .list = NULL };
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return systally_error_set(error, "cannot read %s: %s", path,
					  systally_error_meaning(errno));
	elf_version(EV_CURRENT);
	reading.elf = elf_begin(file, ELF_C_READ_MMAP, NULL);
	if (!reading.elf || elf_kind(reading.elf) != ELF_K_ELF)
		systally_error_set(
			error,
			"%s is no ELF file, so it has no functions; name a program or a library",
			path);
	else if (read_tables(&reading))
		systally_error_set(error, "no memory for the functions of %s",
				   path);
	else
		result = 0;
	if (!result && symbols->go)
		find_checks(&reading);
	elf_end(reading.elf);
	close(file);
	drop_doubles(symbols);
	if (result)
		systally_symbols_free(symbols);
	return result;
}

void systally_symbols_free(struct systally_symbols *symbols)
{
	size_t i;

	for (i = 0; i < symbols->count; i++)
		free(symbols->list[i].name);
	free(symbols->list);
	*symbols = (struct systally_symbols){ .list = NULL };
}
