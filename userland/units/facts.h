/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The facts of processes, in the units that people think in: service, container,
 * user, executable. The module gives a control group's path and a number of a user;
 * this makes names of them.
 */
#ifndef SYSTALLY_FACTS_H
#define SYSTALLY_FACTS_H

#include <stdint.h>

#include "systally.h"

/*
 * The facts of a process, or of processes that have exited and share rows. Texts
 * are interned (base/intern.h); NULL: not known, or there is none.
 */
struct systally_facts {
	uint32_t tgid;	       /* 0: of several, which have exited */
	uint32_t pid;	       /* its number in this pid namespace; 0: none */
	uint32_t uid;	       /* effective; SYSTALLY_UID_UNKNOWN */
	uint32_t parent;       /* tgid; 0: not known */
	const char *cgroup;    /* path of its control group */
	const char *unit;      /* systemd's unit in that path */
	const char *container; /* the id of the container in that path */
	const char *exe;       /* name of its executable */
};

/*
 * Fills in @facts->cgroup, unit and container from a path. @path may be NULL: not
 * known.
 */
void systally_facts_set_cgroup(struct systally_facts *facts, const char *path);

/*
 * Returns systemd's unit in the path of a control group, as systemctl names it:
 * the innermost service or scope, or else the innermost slice. NULL if there is
 * none. After cg_path_get_unit() and cg_unescape() of systemd
 * (src/basic/cgroup-util.c), but a user's own units are named, too.
 */
const char *systally_facts_unit(const char *path);

/*
 * Returns the id of the container in the path of a control group: what docker,
 * podman, containerd, CRI-O, Kubernetes, LXC and systemd-nspawn put there, or what
 * the state of runc or crun says of this path. NULL if there is none.
 */
const char *systally_facts_container(const char *path);

#endif /* SYSTALLY_FACTS_H */
