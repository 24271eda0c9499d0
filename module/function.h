/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User functions: which are counted, and their probes. A function is a place in
 * a file: an inode and an offset. Its rows have ABI_FUNCTION and the function's
 * number. Sessions that count the same place by the same name share the
 * function.
 *
 * Concurrency: sets are changed under the control mutex. A function's number,
 * name and place do not change while the function exists. Handlers see the
 * function's probe only, which is removed before the function is freed.
 * Names are read under functions_mutex, since readers of results do not hold
 * the control mutex.
 */
#ifndef SYSTALLY_FUNCTION_H
#define SYSTALLY_FUNCTION_H

#include <linux/seq_file.h>
#include <linux/types.h>

#include "../include/systally.h"
#include "session.h"

struct function_request;

/*
 * systally_function_read - read what is written to `functions`, and look its paths
 * up; systally_function_release - free that
 * @text: lines `NAME OFFSET[:KIND] PATH`, or `none`; a `+` before the first NAME
 * adds. NAME has no white space. OFFSET is of the file, not an address. KIND is
 * a word of tls.h, or `count`: the return is never probed. This function changes
 * the text, which must stay until systally_function_set() has returned.
 *
 * Process context, sleeps, without a lock: a path may be on a disk that does not
 * answer. Paths are as in current's root and mount namespace. Returns it, or an
 * ERR_PTR: -EINVAL malformed, -ENOENT or another error of a path, -ENOMEM.
 */
struct function_request *systally_function_read(char *text);
void systally_function_release(struct function_request *request);

/*
 * systally_function_set - replace a session's set, or add to it
 *
 * Process context, under the control mutex; sleeps. On return the probes are as
 * the last systally_function_apply() said. Returns 0, -EEXIST if a name is that of
 * another place or kind, -E2BIG too many, -ENOMEM, or the error of a probe: then
 * the set is unchanged.
 */
int systally_function_set(struct session *session,
			  struct function_request *request);

/*
 * systally_function_show - print a session's set in the words that would set it
 */
void systally_function_show(const struct session *session,
			    struct seq_file *seq);

/*
 * systally_function_apply - place and remove probes, as the sessions that count
 * need them
 * @on: whether functions are counted at all
 * @session: whose errors are returned; may be NULL
 *
 * Process context, under the control mutex; sleeps. Where returns begin or end
 * to be seen, because the first session times a function or the last one ceases
 * to, the probe is removed and placed again; calls in between are not counted.
 * Returns 0, or the error of a probe of the session's: then that one is missing.
 */
int systally_function_apply(bool on, const struct session *session);

/*
 * systally_function_targets_changed - place a session's probes in the processes
 * that are targets now, and remove them from the others
 *
 * Process context, under the control mutex; sleeps. Returns 0 or the error of a
 * probe.
 */
int systally_function_targets_changed(const struct session *session);

/*
 * systally_function_any_tls - whether returns of a function of TLS are seen now
 *
 * Process context, under the control mutex.
 */
bool systally_function_any_tls(void);

/* systally_function_count - how many are probed now; under the control mutex */
unsigned int systally_function_count(void);

/*
 * systally_function_forget - free the numbers of functions that are no longer
 * in a session's set, unless another session has them or their rows
 *
 * After a reset of the session, when they have no rows there. Process context,
 * under the control mutex.
 */
void systally_function_forget(struct session *session);

/*
 * systally_function_label - copy a function's name
 * @label: SYSTALLY_FUNCTION_NAME_LEN bytes
 *
 * Process context, sleeps. A number without a function is `function_N`.
 */
const char *systally_function_label(u32 nr, char *label);

/*
 * systally_function_names - copy the names of all numbers that may have rows of
 * a session
 * @names: room for FUNCTIONS_MAX
 *
 * Process context, sleeps. Returns how many there are.
 */
unsigned int systally_function_names(const struct session *session,
				     struct systally_function *names);

/*
 * systally_function_exit - remove what a session has
 *
 * When it ends, or at unload; the session counts no more. Process context, under
 * the control mutex; sleeps.
 */
void systally_function_exit(struct session *session);

#endif /* SYSTALLY_FUNCTION_H */
