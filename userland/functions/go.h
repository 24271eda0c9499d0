/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The code with which Go's compiler begins functions.
 */
#ifndef SYSTALLY_GO_H
#define SYSTALLY_GO_H

#include <stddef.h>
#include <stdint.h>

/*
 * Returns the length of the check at the start of a Go function of x86-64 whether
 * the stack has room, in bytes; 0 if the function has none. @code is the
 * function's code, of which there are @bytes.
 *
 * If there is no room, or the goroutine is to make way for another one, the
 * function calls the runtime and begins again (`stacksplit` in Go's
 * cmd/internal/obj/x86/obj6.go). So the first instruction may run several times in
 * one call, and the one after the check runs once.
 */
size_t systally_go_check(const uint8_t *code, size_t bytes);

#endif /* SYSTALLY_GO_H */
