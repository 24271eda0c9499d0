// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sessions' sets of user functions.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/namei.h>
#include <linux/overflow.h>
#include <linux/path.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/uprobe.h"
#include "function.h"
#include "function_probe.h"
#include "parse.h"
#include "tls.h"

struct function {
	struct function_probe probe;
	/* Sessions, by their index: that have it in their set; that may have
	 * rows of it, for which its name is kept
	 */
	u32 wanted, named;
	struct path path; /* of a wanted one; holds its inode */
	char name[SYSTALLY_FUNCTION_NAME_LEN];
};

static u32 index_bit(const struct session *session)
{
	return BIT(systally_session_index(session));
}

/* Written under the control mutex and functions_mutex; read under either. */
static struct function *functions[FUNCTIONS_MAX];
static DEFINE_MUTEX(functions_mutex);

/* As systally_function_apply() said. Under the control mutex. */
static bool functions_on;

static struct inode *function_inode(const struct function *function)
{
	return d_real_inode(function->path.dentry);
}

/* How a function has to be probed for the sessions that count it now */
static enum placing placing_for(const struct function *function)
{
	enum placing placing = PLACED_NOT;
	const struct session *session;
	int bit;

	for_each_session(bit, session)
	{
		if (!functions_on || !(function->wanted & index_bit(session)))
			continue;
		if (session->collect >= SYSTALLY_COLLECT_TIME)
			return PLACED_RETURNS;
		placing = PLACED_ENTRY;
	}
	return placing;
}

static int place_probe(struct function *function)
{
	return systally_function_probe_place(&function->probe,
					     function_inode(function),
					     placing_for(function));
}

/* Needs compat_uprobe_sync() afterwards. */
static void remove_probe(struct function *function)
{
	if (function->wanted)
		systally_function_probe_remove(&function->probe,
					       function_inode(function));
}

/* The error of a function is one for the session that wants it. */
static void note_error(int *err, int new, const struct function *function,
		       const struct session *session)
{
	if (new && !*err && session && function->wanted &index_bit(session))
		*err = new;
}

int systally_function_apply(bool on, const struct session *session)
{
	struct function *function;
	int err = 0;
	u32 nr;

	functions_on = on;
	for (nr = 0; nr < FUNCTIONS_MAX; nr++) {
		function = functions[nr];
		if (function && function->wanted &&
		    !systally_function_probe_is(&function->probe,
						placing_for(function)))
			remove_probe(function);
	}
	compat_uprobe_sync();
	for (nr = 0; nr < FUNCTIONS_MAX; nr++) {
		function = functions[nr];
		if (function && function->wanted)
			note_error(&err, place_probe(function), function,
				   session);
	}
	return err;
}

int systally_function_targets_changed(const struct session *session)
{
	struct function *function;
	int err = 0;
	u32 nr;

	for (nr = 0; nr < FUNCTIONS_MAX; nr++) {
		function = functions[nr];
		if (!function || !(function->wanted & index_bit(session)) ||
		    function->probe.placing == PLACED_NOT)
			continue;
		note_error(&err,
			   systally_function_probe_ask_again(
				   &function->probe, function_inode(function)),
			   function, session);
	}
	compat_uprobe_sync();
	return err;
}

bool systally_function_any_tls(void)
{
	u32 nr;

	for (nr = 0; nr < FUNCTIONS_MAX; nr++)
		if (functions[nr] && functions[nr]->probe.tls &&
		    functions[nr]->probe.placing == PLACED_RETURNS)
			return true;
	return false;
}

unsigned int systally_function_count(void)
{
	unsigned int count = 0;
	u32 nr;

	for (nr = 0; nr < FUNCTIONS_MAX; nr++)
		count += functions[nr] &&
			 functions[nr]->probe.placing != PLACED_NOT;
	return count;
}

/* A function's line in a request, resolved */
struct place {
	const char *name; /* in the caller's text */
	struct path path; /* NULL if a function has taken it */
	loff_t offset;
	enum tls_kind tls;
	bool count_only;
};

struct function_request {
	bool adds; /* to the set; else replaces it */
	unsigned int count;
	struct place place[];
};

/* The KIND of a function whose return must not be probed */
static const char count_only[] = "count";

static bool is_same_place(const struct function *function,
			  const struct place *place)
{
	return function->probe.offset == place->offset &&
	       function_inode(function) == d_real_inode(place->path.dentry);
}

static bool is_same_kind(const struct function *function,
			 const struct place *place)
{
	return function->probe.tls == place->tls &&
	       function->probe.count_only == place->count_only;
}

static int resolve(const struct parsed_function *line, struct place *place)
{
	bool counts = line->kind && !strcmp(line->kind, count_only);
	int kind = counts ? TLS_NONE : systally_tls_kind(line->kind), err;
	const struct inode *inode;

	if (strlen(line->name) >= SYSTALLY_FUNCTION_NAME_LEN || kind < 0)
		return -EINVAL;
	err = kern_path(line->path, LOOKUP_FOLLOW, &place->path);
	if (err)
		return err;
	inode = d_real_inode(place->path.dentry);
	if (!S_ISREG(inode->i_mode) || line->offset >= i_size_read(inode)) {
		path_put(&place->path);
		place->path = (struct path){};
		return -EINVAL;
	}
	place->name = line->name;
	place->offset = line->offset;
	place->tls = kind;
	place->count_only = counts;
	return 0;
}

/* Resolves the lines of a text. Those that have been are in the request. */
static int resolve_lines(char *text, struct function_request *request)
{
	struct parsed_function line;
	int err = 0;

	while (*text && !err) {
		err = parse_function(&text, &line) ?:
			      resolve(&line, &request->place[request->count]);
		if (!err)
			request->count++;
	}
	return err;
}

/* The largest number of lines that a text may have */
static unsigned int count_lines(const char *text)
{
	unsigned int lines = 1;

	while ((text = strchr(text, '\n'))) {
		text++;
		lines++;
	}
	return lines;
}

struct function_request *systally_function_read(char *text)
{
	struct function_request *request;
	int err;

	text = skip_spaces(text);
	if (!*text)
		return ERR_PTR(-EINVAL);
	request = kvzalloc(struct_size(request, place, count_lines(text)),
			   GFP_KERNEL);
	if (!request)
		return ERR_PTR(-ENOMEM);
	if (!strcmp(strim(text), "none"))
		return request;
	request->adds = *text == '+';
	err = resolve_lines(text + request->adds, request);
	if (!err)
		return request;
	systally_function_release(request);
	return ERR_PTR(err);
}

void systally_function_release(struct function_request *request)
{
	while (request->count)
		path_put(&request->place[--request->count].path);
	kvfree(request);
}

static void link_function(u32 nr, struct function *function)
{
	mutex_lock(&functions_mutex);
	functions[nr] = function;
	mutex_unlock(&functions_mutex);
}

/* Whether a wanted function is what a place stands for */
static bool is_of_place(const struct function *function,
			const struct place *place)
{
	return !strcmp(function->name, place->name) &&
	       is_same_place(function, place) && is_same_kind(function, place);
}

/*
 * Finds a function for a place: one that a session wants already; else one that
 * is kept for the name of its rows, which has no place now. Returns it, NULL, or
 * ERR_PTR(-EEXIST) if the place or the name is that of another function of this
 * session.
 */
static struct function *find_function(const struct session *session,
				      const struct place *place)
{
	struct function *found = NULL;
	u32 nr;

	for (nr = 0; nr < FUNCTIONS_MAX; nr++) {
		struct function *function = functions[nr];

		if (!function)
			continue;
		if (function->wanted && is_of_place(function, place)) {
			found = function;
		} else if (function->wanted & index_bit(session)) {
			if (!strcmp(function->name, place->name) ||
			    is_same_place(function, place))
				return ERR_PTR(-EEXIST);
		} else if (!function->wanted && !found &&
			   !strcmp(function->name, place->name) &&
			   function->probe.offset == place->offset) {
			found = function;
		}
	}
	return found;
}

static struct function *new_function(const struct place *place)
{
	struct function *function;
	u32 nr;

	for (nr = 0; nr < FUNCTIONS_MAX && functions[nr]; nr++)
		;
	if (nr == FUNCTIONS_MAX)
		return ERR_PTR(-E2BIG);
	function = kzalloc(sizeof(*function), GFP_KERNEL);
	if (!function)
		return ERR_PTR(-ENOMEM);
	function->probe.offset = place->offset;
	function->probe.nr = nr;
	strscpy(function->name, place->name, sizeof(function->name));
	link_function(nr, function);
	return function;
}

/*
 * The function that a place stands for, in the session's set from now on. It may
 * take the place's path. Returns it, or an ERR_PTR.
 * @is_new: set to whether it was not in the set before
 */
static struct function *add_place(struct session *session, struct place *place,
				  bool *is_new)
{
	struct function *function = find_function(session, place);

	if (!function)
		function = new_function(place);
	if (IS_ERR(function))
		return function;
	*is_new = !(function->wanted & index_bit(session));
	if (!function->wanted) {
		function->path = place->path;
		place->path = (struct path){};
		function->probe.tls = place->tls;
		function->probe.count_only = place->count_only;
	}
	mutex_lock(&functions_mutex);
	function->wanted |= index_bit(session);
	function->named |= index_bit(session);
	mutex_unlock(&functions_mutex);
	return function;
}

/*
 * Takes the functions that are in @these, or those that are not, out of a
 * session's set. Probes that no session wants are removed. Names stay for the
 * rows.
 */
static void drop_where(struct session *session, const unsigned long *these,
		       bool are)
{
	u32 bit = index_bit(session), nr;
	struct function *function;

	for (nr = 0; nr < FUNCTIONS_MAX; nr++) {
		function = functions[nr];
		if (!function || !(function->wanted & bit) ||
		    test_bit(nr, these) != are)
			continue;
		clear_bit(nr, session->functions);
		if (function->wanted == bit)
			remove_probe(function);
	}
	compat_uprobe_sync();
	for (nr = 0; nr < FUNCTIONS_MAX; nr++) {
		function = functions[nr];
		if (!function || !(function->wanted & bit) ||
		    test_bit(nr, these) != are)
			continue;
		function->wanted &= ~bit;
		if (!function->wanted)
			path_put(&function->path);
	}
}

/* Adds functions to a session's set, and their numbers to @named. */
static int add_places(struct session *session, struct function_request *request,
		      unsigned long *added, unsigned long *named)
{
	struct function *function;
	unsigned int i;
	bool is_new;
	int err = 0;

	for (i = 0; i < request->count && !err; i++) {
		struct place *place = &request->place[i];

		if (place->tls != TLS_NONE)
			err = systally_tls_prepare();
		if (err)
			break;
		function = add_place(session, place, &is_new);
		if (IS_ERR(function))
			return PTR_ERR(function);
		__set_bit(function->probe.nr, named);
		if (!is_new)
			continue;
		__set_bit(function->probe.nr, added);
		set_bit(function->probe.nr, session->functions);
		err = place_probe(function);
	}
	return err;
}

int systally_function_set(struct session *session,
			  struct function_request *request)
{
	DECLARE_BITMAP(added, FUNCTIONS_MAX) = {};
	DECLARE_BITMAP(named, FUNCTIONS_MAX) = {};
	int err = add_places(session, request, added, named);

	if (err)
		drop_where(session, added, true);
	else if (!request->adds)
		drop_where(session, named, false);
	return err;
}

/* The path as it was opened, from the reader's root */
static void show_path(struct seq_file *seq, const struct function *function)
{
	seq_path(seq, &function->path, "\n\\");
}

void systally_function_show(const struct session *session, struct seq_file *seq)
{
	bool any = false;
	u32 nr;

	for (nr = 0; nr < FUNCTIONS_MAX; nr++) {
		const struct function *function = functions[nr];

		if (!function || !(function->wanted & index_bit(session)))
			continue;
		seq_printf(seq, "%s %#llx", function->name,
			   function->probe.offset);
		if (function->probe.count_only)
			seq_printf(seq, ":%s", count_only);
		else if (function->probe.tls)
			seq_printf(seq, ":%s",
				   systally_tls_word(function->probe.tls));
		seq_putc(seq, ' ');
		show_path(seq, function);
		seq_putc(seq, '\n');
		any = true;
	}
	if (!any)
		seq_puts(seq, "none\n");
}

void systally_function_forget(struct session *session)
{
	u32 nr;

	mutex_lock(&functions_mutex);
	for (nr = 0; nr < FUNCTIONS_MAX; nr++) {
		if (!functions[nr])
			continue;
		functions[nr]->named &=
			functions[nr]->wanted | ~index_bit(session);
		if (functions[nr]->named)
			continue;
		kfree(functions[nr]);
		functions[nr] = NULL;
	}
	mutex_unlock(&functions_mutex);
}

const char *systally_function_label(u32 nr, char *label)
{
	mutex_lock(&functions_mutex);
	if (nr < FUNCTIONS_MAX && functions[nr])
		strscpy(label, functions[nr]->name, SYSTALLY_FUNCTION_NAME_LEN);
	else
		snprintf(label, SYSTALLY_FUNCTION_NAME_LEN, "function_%u", nr);
	mutex_unlock(&functions_mutex);
	return label;
}

unsigned int systally_function_names(const struct session *session,
				     struct systally_function *names)
{
	unsigned int count = 0;
	u32 nr;

	mutex_lock(&functions_mutex);
	for (nr = 0; nr < FUNCTIONS_MAX; nr++) {
		if (!functions[nr] ||
		    !(functions[nr]->named & index_bit(session)))
			continue;
		names[count].nr = nr;
		strscpy_pad(names[count].name, functions[nr]->name,
			    sizeof(names[count].name));
		count++;
	}
	mutex_unlock(&functions_mutex);
	return count;
}

void systally_function_exit(struct session *session)
{
	DECLARE_BITMAP(none, FUNCTIONS_MAX) = {};

	drop_where(session, none, false);
	systally_function_forget(session);
}
