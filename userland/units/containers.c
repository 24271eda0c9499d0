// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the state of container runtimes. Everything is optional: a file that is not
 * there, cannot be read or has another form tells nothing.
 */
#define _GNU_SOURCE
#include <glob.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/intern.h"
#include "units/containers.h"

#define MOUNT	       "/sys/fs/cgroup"
#define FILE_BYTES_MAX (4 << 20) /* of a runtime's file */

/* A container of which a runtime tells something */
struct container {
	const char *id;
	const char *name;   /* or NULL */
	const char *cgroup; /* or NULL */
};

static struct container *list;
static size_t count;

/* Adds to what is known of @id. @name and @cgroup may be NULL. */
static void add(const char *id, const char *name, const char *cgroup)
{
	struct container *larger;

	larger = reallocarray(list, count + 1, sizeof(*list));
	if (!larger)
		return;
	list = larger;
	list[count++] = (struct container){
		.id = systally_intern(id, strlen(id)),
		.name = name ? systally_intern(name, strlen(name)) : NULL,
		.cgroup =
			cgroup ? systally_intern(cgroup, strlen(cgroup)) : NULL,
	};
	if (!list[count - 1].id)
		count--;
}

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

/* A path below the mount of control groups as a path of a group */
static const char *without_mount(const char *path)
{
	const size_t length = strlen(MOUNT);

	return path && !strncmp(path, MOUNT, length) && path[length] == '/' ?
		       path + length :
		       path;
}

/* runc and what is built on it: ROOT/ID/state.json has a path for each hierarchy */
static void read_runc(struct json_object *state, const char *file)
{
	struct json_object *paths;
	const char *id = text_of(state, "id");

	(void)file;
	if (!id || !json_object_object_get_ex(state, "cgroup_paths", &paths) ||
	    !json_object_is_type(paths, json_type_object))
		return;
	json_object_object_foreach(paths, controller, path)
	{
		const char *text = json_object_get_string(path);

		/* "" is version 2; there each has the same path */
		if (!*controller)
			add(id, NULL, without_mount(text));
	}
}

/* crun: ROOT/ID/status */
static void read_crun(struct json_object *state, const char *file)
{
	const char *path = text_of(state, "cgroup-path");
	const char *end = strrchr(file, '/'), *begin = end;
	char *id;

	while (begin > file && begin[-1] != '/')
		begin--;
	id = strndup(begin, (size_t)(end - begin));
	if (id && path)
		add(id, NULL, path);
	free(id);
}

/* docker: "Name" begins with a slash */
static void read_docker(struct json_object *state, const char *file)
{
	const char *id = text_of(state, "ID"), *name = text_of(state, "Name");

	(void)file;
	if (id && name)
		add(id, name + (*name == '/'), NULL);
}

/* podman and CRI-O: a list, each with an id and names */
static void read_storage(struct json_object *state, const char *file)
{
	struct json_object *entry, *names;
	const char *id;
	size_t i;

	(void)file;
	if (!json_object_is_type(state, json_type_array))
		return;
	for (i = 0; i < json_object_array_length(state); i++) {
		entry = json_object_array_get_idx(state, i);
		id = text_of(entry, "id");
		if (id && json_object_object_get_ex(entry, "names", &names) &&
		    json_object_is_type(names, json_type_array) &&
		    json_object_array_length(names))
			add(id,
			    json_object_get_string(
				    json_object_array_get_idx(names, 0)),
			    NULL);
	}
}

/* Where runtimes keep what they know */
static const struct source {
	const char *pattern;
	void (*read)(struct json_object *state, const char *file);
} sources[] = {
	{ "/run/runc/*/state.json", read_runc },
	{ "/run/docker/runtime-runc/*/*/state.json", read_runc },
	{ "/run/containerd/runc/*/*/state.json", read_runc },
	{ "/run/crun/*/status", read_crun },
	{ "/run/user/*/crun/*/status", read_crun },
	{ "/var/lib/docker/containers/*/config.v2.json", read_docker },
	{ "/var/lib/containers/storage/*-containers/containers.json",
	  read_storage },
	{ "/home/*/.local/share/containers/storage/*-containers/containers.json",
	  read_storage },
};

static void read_file(const struct source *source, const char *path)
{
	struct json_object *state;
	struct stat status;

	if (stat(path, &status) || !S_ISREG(status.st_mode) ||
	    status.st_size > FILE_BYTES_MAX)
		return;
	state = json_object_from_file(path);
	if (!state)
		return;
	source->read(state, path);
	json_object_put(state);
}

/* A number that changes when a file is added, removed or written */
static uint64_t stamp_of(const glob_t *files)
{
	uint64_t stamp = files->gl_pathc;
	struct stat status;
	size_t i;

	for (i = 0; i < files->gl_pathc; i++) {
		if (stat(files->gl_pathv[i], &status))
			continue;
		stamp = stamp * 31 + (uint64_t)status.st_mtim.tv_sec;
		stamp = stamp * 31 + (uint64_t)status.st_mtim.tv_nsec;
		stamp = stamp * 31 + status.st_ino;
	}
	return stamp;
}

void systally_containers_refresh(void)
{
	const size_t kinds = sizeof(sources) / sizeof(sources[0]);
	glob_t files[sizeof(sources) / sizeof(sources[0])];
	static uint64_t last;
	uint64_t stamp = 1;
	size_t i, k;

	for (k = 0; k < kinds; k++) {
		memset(&files[k], 0, sizeof(files[k]));
		if (glob(sources[k].pattern, GLOB_NOSORT, NULL, &files[k]))
			files[k].gl_pathc = 0;
		stamp = stamp * 31 + stamp_of(&files[k]);
	}
	if (stamp != last) {
		count = 0;
		for (k = 0; k < kinds; k++) {
			for (i = 0; i < files[k].gl_pathc; i++)
				read_file(&sources[k], files[k].gl_pathv[i]);
		}
	}
	last = stamp;
	for (k = 0; k < kinds; k++)
		globfree(&files[k]);
}

/* Is @path the one of a container's group, or below it? */
static bool is_at(const char *path, const char *group)
{
	const size_t length = strlen(group);

	return length > 1 && !strncmp(path, group, length) &&
	       (!path[length] || path[length] == '/');
}

const char *systally_containers_at(const char *path)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i].cgroup && is_at(path, list[i].cgroup))
			return list[i].id;
	}
	return NULL;
}

const char *systally_containers_name(const char *id)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i].name && !strcmp(list[i].id, id))
			return list[i].name;
	}
	return NULL;
}

bool systally_containers_is(const char *id, const char *wanted)
{
	const char *name = systally_containers_name(id);

	/* a name may be the beginning of another one */
	return !strcmp(id, wanted) || (name && !strcmp(name, wanted)) ||
	       (strlen(id) == SYSTALLY_CONTAINER_ID_LEN &&
		strspn(id, "0123456789abcdef") == strlen(id) &&
		strlen(wanted) >= 3 && !strncmp(id, wanted, strlen(wanted)));
}
