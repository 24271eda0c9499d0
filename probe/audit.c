// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library that counts user functions in the process: an auditor of the
 * dynamic linker (rtld-audit(7)), which `systally run --in-process` has it
 * load.
 *
 * The linker tells which file each reference to a function is bound to, so that
 * versions of symbols, private libraries and dlsym(3) are right. A function
 * that is counted is bound to a piece of code that adds one to the thread's
 * counter and goes on to the function. There are no la_pltenter and la_pltexit:
 * these would make each call of each function pass the linker.
 */
#include "object.h"
#include "thread.h"

#define EXPORTED __attribute__((visibility("default"))) FROM_OUTSIDE

unsigned int EXPORTED la_version(unsigned int version);
unsigned int EXPORTED la_objopen(struct elf_map *map, long space,
				 uintptr_t *cookie);
unsigned int EXPORTED la_objclose(uintptr_t *cookie);

/* la_symbind64 and la_symbind32 */
#ifdef __LP64__
#define BIND la_symbind64
#else
#define BIND la_symbind32
#endif
uintptr_t EXPORTED BIND(struct elf_symbol *symbol, unsigned int index,
			uintptr_t *from, uintptr_t *to, unsigned int *flags,
			const char *name);

/* Returns 0, and the program goes on without, if it cannot be counted. */
unsigned int EXPORTED la_version(unsigned int version)
{
	if (probe_open())
		return 0;
	/* before glibc 2.35, programs that bind at start would not be counted */
	if (version < LAV_BIND_NOW) {
		__atomic_add_fetch(&probe_shared->refused, 1, __ATOMIC_RELAXED);
		return 0;
	}
	if (probe_threads_begin()) {
		__atomic_add_fetch(&probe_shared->lost_threads, 1,
				   __ATOMIC_RELAXED);
		return 0;
	}
	__atomic_add_fetch(&probe_shared->processes, 1, __ATOMIC_RELAXED);
	return LAV_BIND_NOW;
}

unsigned int EXPORTED la_objopen(struct elf_map *map, long space,
				 uintptr_t *cookie)
{
	struct object *object = probe_object_open(map);

	(void)space;
	*cookie = (uintptr_t)object;
	/* bindings to unwinders in any file, if calls are timed */
	return LA_FLG_BINDFROM |
	       (object || probe_shared->times_at ? LA_FLG_BINDTO : 0);
}

uintptr_t EXPORTED BIND(struct elf_symbol *symbol, unsigned int index,
			uintptr_t *from, uintptr_t *to, unsigned int *flags,
			const char *name)
{
	(void)index;
	(void)from;
	(void)flags;
	return probe_object_bind((const void *)*to, symbol->value, name);
}

unsigned int EXPORTED la_objclose(uintptr_t *cookie)
{
	if (*cookie)
		probe_object_close((void *)*cookie);
	return 0;
}
