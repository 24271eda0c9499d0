// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loaded files: the code that counts their functions, and their references to
 * such functions.
 */
#include "object.h"
#include "systally.h"

struct object {
	struct object *next;
	uint32_t first, count; /* of systally_probe_function */
	uintptr_t base;
	unsigned char *code; /* ARCH_CODE_BYTES for each function */
	bool closed;
};

static struct object *objects;

/*
 * The program's own addresses of functions (of the names, by number): in
 * programs that are not position independent, they are in the program's linkage
 * table. References of other files have to stay equal to them.
 */
static bool *canonical;
static struct elf_map *program;

/*
 * Functions that read return addresses of their callers. Before they run, these
 * are put back.
 */
static const char unwinders[][24] = {
	"_Unwind_RaiseException",
	"_Unwind_Resume",
	"_Unwind_Resume_or_Rethr",
	"_Unwind_ForcedUnwind",
	"_Unwind_Backtrace",
	"__cxa_throw",
	"__cxa_rethrow",
	"pthread_exit",
	"backtrace",
};

/* What of these was bound so far. Threads bind at the same time, without a lock. */
struct wrapper {
	uintptr_t function; /* written last */
	unsigned char *code;
};

#define WRAPPERS (PAGE_BYTES / ARCH_CODE_BYTES)

static struct wrapper wrappers[WRAPPERS];
static uint32_t wrappers_used;

static bool times(void)
{
	return probe_shared->collect >= SYSTALLY_COLLECT_TIME;
}

static bool is_unwinder(const char *name)
{
	uint32_t i, at;

	for (i = 0; i < sizeof(unwinders) / sizeof(*unwinders); i++) {
		for (at = 0; at < sizeof(*unwinders) - 1; at++) {
			if (unwinders[i][at] != name[at] || !name[at])
				break;
		}
		/* one name is longer than that */
		if (at == sizeof(*unwinders) - 1 ||
		    unwinders[i][at] == name[at])
			return true;
	}
	return false;
}

/* ---- parts of a loaded file ------------------------------------------ */

struct parts {
	uintptr_t base;
	const struct elf_symbol *symbols;
	const char *texts;
	char *relocations;
	unsigned long relocations_bytes;
	const uint32_t *gnu_hash, *hash;
};

/* The linker has added the base to addresses, where it could write. */
static const void *address_of(const struct elf_map *map, uintptr_t value)
{
	return (const void *)(value < map->base ? map->base + value : value);
}

static void find_parts(struct parts *parts, const struct elf_map *map)
{
	const struct elf_dynamic *entry;

	*parts = (struct parts){ .base = map->base };
	for (entry = map->dynamic; entry && entry->tag != DT_NULL; entry++) {
		const void *address = address_of(map, entry->value);

		switch (entry->tag) {
		case DT_SYMTAB:
			parts->symbols = address;
			break;
		case DT_STRTAB:
			parts->texts = address;
			break;
		case DT_GNU_HASH:
			parts->gnu_hash = address;
			break;
		case DT_HASH:
			parts->hash = address;
			break;
		case ARCH_RELA ? DT_RELA:
		DT_REL:
			parts->relocations = (char *)address;
			break;
		case ARCH_RELA ? DT_RELASZ:
		DT_RELSZ:
			parts->relocations_bytes = entry->value;
			break;
		}
	}
}

/* ---- what the program itself has addresses of ------------------------- */

static void note_canonical(const struct parts *parts, uint32_t index)
{
	const struct elf_symbol *symbol = &parts->symbols[index];
	int name;

	if (symbol->section || !symbol->value)
		return;
	name = probe_find_name(parts->texts + symbol->name);
	if (name >= 0)
		canonical[name] = true;
}

static void find_canonical(const struct parts *parts)
{
	uint32_t i, at;

	canonical = system_memory(BYTES_TO_PAGE(probe_shared->names + 1));
	if (!canonical || !parts->symbols || !parts->texts)
		return;
	if (parts->gnu_hash) {
		/* buckets, first symbol, words of the filter, a shift */
		const uint32_t count = parts->gnu_hash[0];
		const uint32_t first = parts->gnu_hash[1];
		const uint32_t *buckets =
			parts->gnu_hash + 4 +
			parts->gnu_hash[2] * (sizeof(long) / 4);
		const uint32_t *chains = buckets + count;

		for (i = 0; i < count; i++) {
			at = buckets[i];
			if (at < first)
				continue;
			do
				note_canonical(parts, at);
			while (!(chains[at++ - first] & 1));
		}
	} else if (parts->hash) {
		for (i = 0; i < parts->hash[1]; i++)
			note_canonical(parts, i);
	}
}

/* ---- references -------------------------------------------------------- */

/* The linker makes a page writable again that it relocates; so do we. */
struct page {
	uintptr_t address;
	int rights; /* -1: not known */
};

static uintptr_t hex(const char **text)
{
	uintptr_t value = 0;

	for (;; ++*text) {
		const char c = **text;

		if (c >= '0' && c <= '9')
			value = value * 16 + (uintptr_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (uintptr_t)(c - 'a' + 10);
		else
			return value;
	}
}

static int on_mapping(void *context, const char *line)
{
	struct page *page = context;
	uintptr_t from = hex(&line), to;

	line++;
	to = hex(&line);
	if (page->address < from || page->address >= to)
		return 0;
	page->rights = (line[1] == 'r' ? PROT_READ : 0) |
		       (line[2] == 'w' ? PROT_WRITE : 0) |
		       (line[3] == 'x' ? PROT_EXEC : 0);
	return 1;
}

/* Makes the relocations writable. Returns their rights before, or -1. */
static int open_relocations(const struct parts *parts)
{
	const uintptr_t from = (uintptr_t)parts->relocations & -PAGE_BYTES;
	const uintptr_t to = BYTES_TO_PAGE((uintptr_t)parts->relocations +
					   parts->relocations_bytes);
	struct page page = { from, -1 };

	probe_lines("/proc/self/maps", '\n', on_mapping, &page);
	if (page.rights < 0 || system_call(ARCH_MPROTECT, from, to - from,
					   page.rights | PROT_WRITE))
		return -1;
	return page.rights;
}

static void close_relocations(const struct parts *parts, int rights)
{
	const uintptr_t from = (uintptr_t)parts->relocations & -PAGE_BYTES;
	const uintptr_t to = BYTES_TO_PAGE((uintptr_t)parts->relocations +
					   parts->relocations_bytes);

	system_call(ARCH_MPROTECT, from, to - from, rights);
}

/* Whether a relocation stores the address of a function that is counted. */
static bool is_reference(const struct parts *parts, uintptr_t info,
			 bool is_program)
{
	const struct elf_symbol *symbol;
	const char *name;
	int type, number;

	if (!arch_stores_address(ELF_RELOCATION_TYPE(info)) ||
	    !ELF_RELOCATION_SYMBOL(info))
		return false;
	symbol = &parts->symbols[ELF_RELOCATION_SYMBOL(info)];
	type = symbol->info & 0xf;
	if (type != STT_NOTYPE && type != STT_FUNC)
		return false;
	name = parts->texts + symbol->name;
	number = probe_find_name(name);
	if (number >= 0)
		return is_program || !canonical || !canonical[number];
	return times() && is_unwinder(name);
}

/*
 * The linker shows only references of the type JUMP_SLOT. Those that store the
 * address of a function elsewhere mean the same, if nothing is added to it:
 * gives them that type.
 */
static void show_references(const struct parts *parts, bool is_program)
{
	const unsigned long bytes =
		ARCH_RELA ? sizeof(struct elf_rela) : sizeof(struct elf_rel);
	char *end, *at;
	int rights = -1;

	if (!parts->relocations || !parts->symbols || !parts->texts)
		return;
	end = parts->relocations + parts->relocations_bytes;
	for (at = parts->relocations; at + bytes <= end; at += bytes) {
		struct elf_rela *reference = (void *)at;
		uintptr_t info = reference->info;

		if (!is_reference(parts, info, is_program))
			continue;
		/* offset and info are the same in both kinds */
		if (ARCH_RELA ? reference->addend != 0 :
				*(uintptr_t *)(parts->base +
					       reference->offset) != 0)
			continue;
		if (rights < 0)
			rights = open_relocations(parts);
		if (rights < 0) {
			__atomic_add_fetch(&probe_shared->unseen, 1,
					   __ATOMIC_RELAXED);
			return;
		}
		reference->info = ELF_RELOCATION(ELF_RELOCATION_SYMBOL(info),
						 ARCH_JUMP_SLOT);
	}
	if (rights >= 0)
		close_relocations(parts, rights);
}

/* ---- code ---------------------------------------------------------------- */

/*
 * Writes the code for all functions of the object at once: while it is written,
 * it cannot be executed. Returns false if that is not allowed.
 */
static bool write_code(struct object *object)
{
	const struct systally_probe_function *functions =
		probe_functions() + object->first;
	const unsigned long bytes =
		BYTES_TO_PAGE(object->count * (unsigned long)ARCH_CODE_BYTES);
	uint32_t i;

	object->code = system_map(object->code, bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS |
					  (object->code ? MAP_FIXED : 0),
				  -1);
	if (system_failed(object->code))
		return false;
	for (i = 0; i < object->count; i++) {
		const uint32_t index = object->first + i;
		const struct arch_code code = {
			.function =
				object->base + (uintptr_t)functions[i].address,
			.index = index,
			.count = (int32_t)(probe_shared->counts_at +
					   index * sizeof(uint64_t)),
			.times = times() && !(functions[i].flags &
					      SYSTALLY_PROBE_COUNT_ONLY),
			.restores = times() && functions[i].flags &
						       SYSTALLY_PROBE_RESTORES,
		};

		arch_write(object->code + i * ARCH_CODE_BYTES, &code);
	}
	return !system_call(ARCH_MPROTECT, object->code, bytes,
			    PROT_READ | PROT_EXEC);
}

/* Returns the code before an unwinder, or @function if there is no room. */
static uintptr_t wrap(uintptr_t function)
{
	const struct arch_code what = { .function = function,
					.count = -1,
					.restores = true };
	unsigned char *code;
	uint32_t i;

	for (i = 0; i < WRAPPERS; i++) {
		if (__atomic_load_n(&wrappers[i].function, __ATOMIC_ACQUIRE) ==
		    function)
			return (uintptr_t)wrappers[i].code;
	}
	/* a page each: others may be executed now */
	code = system_memory(PAGE_BYTES);
	if (!code)
		return function;
	arch_write(code, &what);
	if (system_call(ARCH_MPROTECT, code, PAGE_BYTES, PROT_READ | PROT_EXEC))
		return function;
	/* two threads may make one each: both are right */
	i = __atomic_fetch_add(&wrappers_used, 1, __ATOMIC_RELAXED);
	if (i < WRAPPERS) {
		wrappers[i].code = code;
		__atomic_store_n(&wrappers[i].function, function,
				 __ATOMIC_RELEASE);
	}
	return (uintptr_t)code;
}

uintptr_t probe_object_bind(const struct object *object, uintptr_t address,
			    const char *name)
{
	const struct systally_probe_function *functions;
	uint32_t from = 0, to, middle;
	uint64_t wanted;

	if (object) {
		functions = probe_functions() + object->first;
		wanted = address - object->base;
		to = object->count;
		while (from < to) {
			middle = (from + to) / 2;
			if (functions[middle].address < wanted)
				from = middle + 1;
			else
				to = middle;
		}
		if (from < object->count && functions[from].address == wanted)
			return (uintptr_t)(object->code +
					   from * ARCH_CODE_BYTES);
	}
	return times() && is_unwinder(name) ? wrap(address) : address;
}

/* ---- objects --------------------------------------------------------------- */

/* Finds the functions of a file. Returns false if it has none. */
static bool find_functions(const char *path, uint32_t *first, uint32_t *count)
{
	const struct systally_probe_function *functions = probe_functions();
	struct system_file file;
	uint64_t device;
	uint32_t i;

	*first = *count = 0;
	if (system_call(ARCH_STATX, AT_FDCWD, path, 0, STATX_BASIC_STATS,
			&file))
		return false;
	device = (uint64_t)file.major << 32 | file.minor;
	for (i = 0; i < probe_shared->functions; i++) {
		if (functions[i].device != device ||
		    functions[i].inode != file.inode)
			continue;
		if (!*count)
			*first = i;
		++*count;
	}
	return *count;
}

/* Returns an object of the file: one that was closed, or a new one, or NULL. */
static struct object *find_object(uint32_t first)
{
	static struct object *room;
	static uint32_t left;
	struct object *object;

	for (object = objects; object; object = object->next) {
		if (object->closed && object->first == first)
			return object;
	}
	if (!left) {
		room = system_memory(PAGE_BYTES);
		if (!room)
			return NULL;
		left = PAGE_BYTES / sizeof(*room);
	}
	left--;
	object = room++;
	object->next = objects;
	object->closed = true;
	objects = object;
	return object;
}

struct object *probe_object_open(struct elf_map *map)
{
	const bool is_program = !program;
	struct object *object;
	uint32_t first, count;
	struct parts parts;

	find_parts(&parts, map);
	if (is_program) {
		program = map;
		find_canonical(&parts);
	}
	show_references(&parts, is_program);
	if (!is_program && !map->name[0])
		return NULL;
	if (!find_functions(is_program ? "/proc/self/exe" : map->name, &first,
			    &count))
		return NULL;
	object = find_object(first);
	if (object && object->code && object->base == map->base) {
		object->closed = false;
		return object;
	}
	if (object) {
		object->first = first;
		object->count = count;
		object->base = map->base;
		if (write_code(object)) {
			object->closed = false;
			return object;
		}
		/* its code is never used */
		object->code = NULL;
	}
	__atomic_add_fetch(&probe_shared->unseen, 1, __ATOMIC_RELAXED);
	return NULL;
}

void probe_object_close(struct object *object)
{
	object->closed = true;
}
