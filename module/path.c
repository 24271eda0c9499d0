// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths of control groups, as namespaces show them.
 */
#ifdef __KERNEL__
#include <linux/string.h>
#endif

#include "path.h"

/* The part of @path from its second step on; "" if it has one step or none */
static const char *rest(const char *path)
{
	while (*path == '/')
		path++;
	while (*path && *path != '/')
		path++;
	return path;
}

static bool same_step(const char *a, const char *b)
{
	size_t length = rest(a) - a;

	return length == (size_t)(rest(b) - b) && length > 1 &&
	       !memcmp(a, b, length);
}

static size_t put(char *to, size_t at, const char *text, size_t length)
{
	if (to)
		memcpy(to + at, text, length);
	return at + length;
}

size_t path_below(const char *root, const char *path, char *to)
{
	size_t length = 0;

	while (same_step(root, path)) {
		root = rest(root);
		path = rest(path);
	}
	for (; root[0] && root[1]; root = rest(root))
		length = put(to, length, "/..", 3);
	if (path[0] && path[1])
		length = put(to, length, path, strlen(path));
	if (!length)
		length = put(to, length, "/", 1);
	return put(to, length, "", 1);
}
