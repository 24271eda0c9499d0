/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the state of container runtimes tells: the control groups of runc's and crun's
 * containers, and the names of docker's, podman's, CRI-O's and nerdctl's.
 */
#ifndef SYSTALLY_CONTAINERS_H
#define SYSTALLY_CONTAINERS_H

#include <stdbool.h>

/* The length of the ids of docker, podman and Kubernetes, in hexadecimal digits */
#define SYSTALLY_CONTAINER_ID_LEN 64

/*
 * Reads the files of the runtimes, if one of them has changed since the last time.
 * The functions below know what was read last.
 */
void systally_containers_refresh(void);

/*
 * Returns the id of the container whose control group is at @path, or above it;
 * interned. NULL if no runtime knows one.
 */
const char *systally_containers_at(const char *path);

/*
 * Returns the name that a runtime has given to the container @id; interned. NULL if
 * none is known.
 */
const char *systally_containers_name(const char *id);

/*
 * Is @wanted a container's name, its id, or the beginning of its id, of at least
 * three digits?
 */
bool systally_containers_is(const char *id, const char *wanted);

#endif /* SYSTALLY_CONTAINERS_H */
