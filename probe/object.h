/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that the dynamic linker has loaded: programs and libraries.
 *
 * Opening and closing are under the dynamic linker's lock, one thread at a
 * time. Binding is not.
 */
#ifndef PROBE_OBJECT_H
#define PROBE_OBJECT_H

#include "elf.h"
#include "probe.h"

struct object;

/*
 * Notes that a file was loaded, before it is relocated. Makes the linker show
 * all its references to functions that are counted. Returns the object if the
 * file defines such functions, else NULL.
 */
struct object *probe_object_open(struct elf_map *map) HIDDEN;

/* Notes that it is about to be unloaded. */
void probe_object_close(struct object *object) HIDDEN;

/*
 * Returns what a reference to the function at @address of @object is bound to:
 * the code that counts it, or @address if it is not counted. @object may be
 * NULL.
 */
uintptr_t probe_object_bind(const struct object *object, uintptr_t address,
			    const char *name) HIDDEN;

#endif /* PROBE_OBJECT_H */
