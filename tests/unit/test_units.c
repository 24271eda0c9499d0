// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of userland/units and base/intern.c: units and containers in paths of
 * control groups, users, and whose calls are asked for. Run by `make check-unit`.
 */
#include "fixture.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/intern.h"
#include "units/containers.h"
#include "units/users.h"

/* Ids of containers, of 64 digits */
#define A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define B "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
/* 62 digits */
#define SHORT "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd"
#define UPPER "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"

#define POD "pod0aa1bb2c-3d4e-5f60-7182-93a4b5c6d7e8"
#define POD_CRI \
	"kubepods-burstable-pod0aa1bb2c_3d4e_5f60_7182_93a4b5c6d7e8.slice"
#define PODS "/kubepods.slice/kubepods-burstable.slice/" POD_CRI
#define USER "/user.slice/user-1000.slice/user@1000.service"

/* A user whose number no user database has */
#define NOBODY	    3999999999u
#define NOBODY_TEXT "3999999999"

/* What is found in a path; NULL: nothing */
struct find {
	const char *path, *expected;
};

#define CHECK(cases, find) \
	check(cases, sizeof(cases) / sizeof((cases)[0]), find)

static void check(const struct find *cases, size_t count,
		  const char *(*find)(const char *path))
{
	const char *expected, *found;
	size_t i;

	for (i = 0; i < count; i++) {
		expected = cases[i].expected;
		found = find(cases[i].path);
		if (!found != !expected || (found && strcmp(found, expected)))
			fail_msg("'%s' has %s, not %s", cases[i].path,
				 found ? found : "nothing",
				 expected ? expected : "nothing");
		/* one copy of each */
		assert_ptr_equal(found, find(cases[i].path));
	}
}

/* --- texts --- */

static void interns(void **state)
{
	char text[] = "nginx.service/workers";
	const char *whole = systally_intern(text, strlen(text));
	const char *unit = systally_intern(text, 13);

	(void)state;
	assert_string_equal(whole, "nginx.service/workers");
	assert_ptr_not_equal(whole, text);
	assert_string_equal(unit, "nginx.service");
	assert_ptr_not_equal(unit, whole);
	assert_ptr_equal(systally_intern("nginx.service", 13), unit);
	assert_ptr_equal(systally_intern("nginx.services", 13), unit);
	assert_ptr_not_equal(systally_intern("nginx.servicf", 13), unit);
	/* a text ends at its NUL, and the copy stays as it was */
	assert_ptr_equal(systally_intern("nginx.service", 1000), unit);
	memset(text, 'x', strlen(text));
	assert_string_equal(unit, "nginx.service");
	assert_string_equal(systally_intern("abc", 0), "");
	assert_ptr_equal(systally_intern("abc", 0), systally_intern("", 0));
	assert_string_equal(systally_intern("\xff\x01", 2), "\xff\x01");
}

static void interns_many(void **state)
{
	const char *first[1000];
	char text[16];
	size_t round, i;

	(void)state;
	for (round = 0; round < 2; round++) {
		for (i = 0; i < 1000; i++) {
			const char *found;

			/* the last digits first: in no order */
			snprintf(text, sizeof(text), "%03zu-%zu",
				 i * 619 % 1000, i % 7);
			found = systally_intern(text, strlen(text));
			assert_string_equal(found, text);
			if (!round)
				first[i] = found;
			assert_ptr_equal(found, first[i]);
		}
	}
}

/* --- units --- */

static void finds_units(void **state)
{
	static const struct find cases[] = {
		{ "/system.slice/nginx.service", "nginx.service" },
		/* groups of its own below it */
		{ "/system.slice/nginx.service/workers", "nginx.service" },
		{ "/system.slice/nginx.service/a/b.c/d", "nginx.service" },
		{ "/system.slice/system-getty.slice/getty@tty1.service",
		  "getty@tty1.service" },
		{ "/system.slice/sshd.socket", "sshd.socket" },
		{ "/system.slice/home.mount", "home.mount" },
		{ "/dev-sda5.swap", "dev-sda5.swap" },
		{ "/init.scope", "init.scope" },
		/* sessions and services of users */
		{ "/user.slice/user-1000.slice/session-3.scope",
		  "session-3.scope" },
		{ USER "/app.slice/foo.service", "foo.service" },
		{ USER "/app.slice/foo.service/sub", "foo.service" },
		{ USER "/init.scope", "init.scope" },
		/* a slice of a service's does not hide the service */
		{ USER "/app.slice", "user@1000.service" },
		{ USER "/app.slice/plain", "user@1000.service" },
		/* slices only */
		{ "/system.slice", "system.slice" },
		{ "/user.slice/user-1000.slice", "user-1000.slice" },
		{ "/user.slice/user-1000.slice/group", "user-1000.slice" },
		{ "/machine.slice/libpod-" A ".scope/container",
		  "libpod-" A ".scope" },
		/* above the root of the reader's namespace */
		{ "/../system.slice/nginx.service", "nginx.service" },
		{ "//system.slice//nginx.service//", "nginx.service" },
		/* no unit */
		{ "/", NULL },
		{ "", NULL },
		{ "///", NULL },
		{ "/docker/" A, NULL },
		{ "/service/scope/slice", NULL },
		{ "/.service/.scope/.slice", NULL },
		{ "/nginx.service.d/foo.services", NULL },
		{ "/nginx.timer/a.target", NULL },
		{ "/nginx.Service", NULL },
	};

	(void)state;
	CHECK(cases, systally_facts_unit);
}

/*
 * systemd puts _ before names which the kernel would take for a file of its own, and
 * before those that begin with _ or a dot.
 */
static void unescapes_units(void **state)
{
	static const struct find cases[] = {
		{ "/system.slice/_cpu.service", "cpu.service" },
		{ "/system.slice/_cpu.service/_tasks", "cpu.service" },
		{ "/_memory.slice", "memory.slice" },
		{ "/_memory.slice/_io.scope", "io.scope" },
		{ "/__foo.service", "_foo.service" },
		{ "/___foo.service", "__foo.service" },
		{ "/a_b.service", "a_b.service" },
		/* systemd's escapes within a name are part of the name */
		{ "/system.slice/dev-disk-by\\x2dlabel.swap",
		  "dev-disk-by\\x2dlabel.swap" },
		{ "/_", NULL },
		{ "/_.service", NULL },
		{ "/_/_/foo", NULL },
	};

	(void)state;
	CHECK(cases, systally_facts_unit);
}

/* --- containers --- */

static void finds_containers(void **state)
{
	static const struct find cases[] = {
		/* docker: by cgroupfs, by systemd, and without root */
		{ "/docker/" A, A },
		{ "/docker/" A "/sub", A },
		{ "/system.slice/docker-" A ".scope", A },
		{ "/system.slice/docker-" A ".scope/init.scope", A },
		{ USER "/user.slice/docker-" A ".scope", A },
		/* podman */
		{ "/machine.slice/libpod-" A ".scope", A },
		{ "/machine.slice/libpod-" A ".scope/container", A },
		{ "/libpod_parent/libpod-" A, A },
		{ "/machine.slice/libpod-conmon-" A ".scope", NULL },
		{ "/libpod_parent/conmon", NULL },
		/* Kubernetes, with containerd, CRI-O and docker */
		{ PODS "/cri-containerd-" A ".scope", A },
		{ PODS "/crio-" A ".scope", A },
		{ PODS "/crio-" A ".scope/container", A },
		{ PODS "/crio-conmon-" A ".scope", NULL },
		{ PODS "/docker-" A ".scope", A },
		{ PODS, NULL },
		{ "/kubepods/besteffort/" POD "/" A, A },
		{ "/kubepods/" POD "/" A "/sub/group", A },
		{ "/kubepods/besteffort/" POD, NULL },
		/* containerd alone */
		{ "/default/" A, A },
		{ "/system.slice/nerdctl-" A ".scope", A },
		/* LXC, LXD, Incus */
		{ "/lxc.payload.web", "web" },
		{ "/lxc.payload.web/system.slice/nginx.service", "web" },
		{ "/lxc/web", "web" },
		{ "/lxc/web/init.scope", "web" },
		{ "/lxc.payload/web", "web" },
		{ "/lxc.payload.a.service-b", "a.service-b" },
		{ "/lxc.monitor.web", NULL },
		{ "/lxc.monitor/web", NULL },
		{ "/lxc", NULL },
		{ "/lxc.payload", NULL },
		{ "/lxc.payload.", NULL },
		/* systemd-nspawn, and what machined knows */
		{ "/machine.slice/systemd-nspawn@web.service", "web" },
		{ "/machine.slice/systemd-nspawn@web.service/payload", "web" },
		{ "/machine.slice/systemd-nspawn@my-web.service", "my-web" },
		{ "/machine.slice/machine-web.scope", "web" },
		{ "/machine.slice/machine-web.scope/init.scope", "web" },
		{ "/machine.slice", NULL },
		/* none */
		{ "/", NULL },
		{ "", NULL },
		{ "/system.slice/nginx.service", NULL },
		{ "/system.slice/docker.service", NULL },
		{ USER "/app.slice/foo.service", NULL },
	};

	(void)state;
	CHECK(cases, systally_facts_container);
}

/* Only 64 digits in lower case are an id, and nothing else is in the step. */
static void needs_whole_ids(void **state)
{
	static const struct find cases[] = {
		{ "/docker/" SHORT "a", NULL },
		{ "/docker/" A "a", NULL },
		{ "/docker/" UPPER, NULL },
		{ "/docker/" SHORT "eg", NULL },
		{ "/docker/", NULL },
		{ "/docker", NULL },
		{ "/system.slice/docker-" SHORT "a.scope", NULL },
		{ "/system.slice/docker-" A "a.scope", NULL },
		{ "/system.slice/docker-" UPPER ".scope", NULL },
		{ "/system.slice/docker-" A ".service", NULL },
		{ "/system.slice/docker-" A ".scope.scope", NULL },
		{ "/system.slice/other-" A ".scope", NULL },
		{ "/system.slice/docker-.scope", NULL },
		{ "/system.slice/docker-docker-" A ".scope", NULL },
		/* 64 digits over two steps */
		{ "/docker/" SHORT "/ab", NULL },
		{ "/" A, A },
	};

	(void)state;
	CHECK(cases, systally_facts_container);
}

static void finds_innermost_containers(void **state)
{
	static const struct find cases[] = {
		{ "/docker/" A "/docker/" B, B },
		{ "/docker/" A "/docker/" B "/sub", B },
		{ "/docker/" A "/system.slice/nginx.service", A },
		{ "/docker/" A "/kubelet.slice/cri-containerd-" B ".scope", B },
		{ "/docker/" A "/lxc.payload.web", "web" },
		{ "/lxc.payload.web/docker/" B, B },
		{ "/lxc.payload.outer/lxc.payload.inner", "inner" },
		{ "/lxc/outer/lxc/inner", "inner" },
		{ "/machine.slice/machine-web.scope/docker/" B, B },
		{ "/lxc/" A, A },
	};

	(void)state;
	CHECK(cases, systally_facts_container);
}

/* podman --cgroups=split, as a Quadlet's services have it */
static void finds_split_containers(void **state)
{
	static const struct find cases[] = {
		{ "/system.slice/web.service/libpod-payload-" A, A },
		{ USER "/app.slice/web.service/libpod-payload-" A "/sub", A },
		{ "/system.slice/web.service/runtime", NULL },
	};

	(void)state;
	CHECK(cases, systally_facts_container);
}

/* containerd by cgroupfs in a cluster whose groups are made by systemd */
static void finds_containers_behind_colons(void **state)
{
	static const struct find cases[] = {
		{ "/system.slice/containerd.service/" POD_CRI
		  ":cri-containerd:" A,
		  A },
		{ "/" POD_CRI ":cri-containerd:" A "/sub", A },
		{ "/system.slice:docker:" A, A },
		{ "/" POD_CRI ":cri-containerd:" SHORT "a", NULL },
		{ "/" POD_CRI ":cri-containerd:web", NULL },
	};

	(void)state;
	CHECK(cases, systally_facts_container);
}

/* machine- is a container's only in a scope, which machined makes. */
static void knows_other_machines(void **state)
{
	static const struct find cases[] = {
		{ "/system.slice/machine-setup.service", NULL },
		{ "/machine.slice/machine-web.slice/foo", NULL },
		/* conmon of a container in a pod */
		{ "/machine.slice/machine-libpod_pod_" B
		  ".slice/libpod-conmon-" A ".scope",
		  NULL },
		{ "/machine.slice/machine-libpod_pod_" B ".slice/libpod-" A
		  ".scope/container",
		  A },
		{ "/machine-web", NULL },
		{ "/systemd-nspawn@web", NULL },
	};

	(void)state;
	CHECK(cases, systally_facts_container);
}

/* machined escapes names as systemd does: machinectl shows my-web. */
static void unescapes_machines(void **state)
{
	static const struct find cases[] = {
		{ "/machine.slice/machine-my\\x2dweb.scope", "my-web" },
		{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt",
		  "qemu-1-vm" },
	};

	(void)state;
	CHECK(cases, systally_facts_container);
}

static void sets_facts(void **state)
{
	struct systally_facts facts = { .tgid = 10, .uid = 1000, .exe = "sh" };

	(void)state;
	systally_facts_set_cgroup(&facts, "/system.slice/docker-" A ".scope");
	assert_string_equal(facts.cgroup, "/system.slice/docker-" A ".scope");
	assert_string_equal(facts.unit, "docker-" A ".scope");
	assert_string_equal(facts.container, A);
	systally_facts_set_cgroup(&facts, "/");
	assert_string_equal(facts.cgroup, "/");
	assert_null(facts.unit);
	assert_null(facts.container);
	systally_facts_set_cgroup(&facts, "/lxc.payload.web");
	assert_string_equal(facts.container, "web");
	systally_facts_set_cgroup(&facts, NULL);
	assert_null(facts.cgroup);
	assert_null(facts.unit);
	assert_null(facts.container);
	assert_int_equal(facts.tgid, 10);
	assert_int_equal(facts.uid, 1000);
	assert_string_equal(facts.exe, "sh");
}

static void knows_ids(void **state)
{
	(void)state;
	assert_true(systally_containers_is(A, A));
	assert_true(systally_containers_is(A, "0123456789ab"));
	assert_true(systally_containers_is(A, "012"));
	assert_false(systally_containers_is(A, "01"));
	assert_false(systally_containers_is(A, ""));
	assert_false(systally_containers_is(A, "123"));
	assert_false(systally_containers_is(A, A "0"));
	assert_false(systally_containers_is(A, "0123456789AB"));
	assert_false(systally_containers_is(A, B));
	assert_true(systally_containers_is("web", "web"));
	assert_false(systally_containers_is("website", "web"));
	assert_null(systally_containers_name(A));
}

/* Only ids have beginnings: a name is not one, even if it has such digits only. */
static void knows_names(void **state)
{
	(void)state;
	assert_true(systally_containers_is("cafe", "cafe"));
	assert_true(systally_containers_is("db1", "db1"));
	assert_false(systally_containers_is("cafe", "caf"));
	assert_false(systally_containers_is("db10", "db1"));
	assert_false(systally_containers_is("db1-standby", "db1"));
}

/* --- users --- */

static void names_users(void **state)
{
	(void)state;
	assert_string_equal(systally_users_name(0), "root");
	assert_string_equal(systally_users_name(NOBODY), NOBODY_TEXT);
	assert_null(systally_users_name(SYSTALLY_UID_UNKNOWN));
	assert_string_equal(systally_users_name(SYSTALLY_UID_UNKNOWN - 1),
			    "4294967294");
	/* the second time, of what was looked up */
	assert_string_equal(systally_users_name(0), "root");
	assert_ptr_equal(systally_users_name(0), systally_intern("root", 4));
	assert_ptr_equal(systally_users_name(NOBODY),
			 systally_intern(NOBODY_TEXT, 10));
}

static void finds_users(void **state)
{
	static const char *const nonsense[] = {
		"",
		" ",
		"-1",
		"+1",
		"0x10",
		"1e3",
		"1 ",
		" 1",
		"1,2",
		"1;",
		".",
		"root ",
		"4294967295",
		"4294967296",
		"18446744073709551616",
		"no-such-user-of-systally",
	};
	uint32_t uid = 77;
	size_t i;

	(void)state;
	assert_int_equal(systally_users_find("root", &uid), 0);
	assert_int_equal(uid, 0);
	assert_int_equal(systally_users_find(NOBODY_TEXT, &uid), 0);
	assert_int_equal(uid, NOBODY);
	assert_int_equal(systally_users_find("0", &uid), 0);
	assert_int_equal(uid, 0);
	assert_int_equal(systally_users_find("4294967294", &uid), 0);
	assert_int_equal(uid, 4294967294u);
	for (i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		if (!systally_users_find(nonsense[i], &uid))
			fail_msg("'%s' is user %u", nonsense[i], uid);
	}
}

/* The number of a user has no fraction: 0.4 is not root. */
static void finds_whole_users(void **state)
{
	static const char *const fractions[] = { "0.4", "0.", ".5", "1000.0" };
	uint32_t uid;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fractions) / sizeof(fractions[0]); i++) {
		if (!systally_users_find(fractions[i], &uid))
			fail_msg("'%s' is user %u", fractions[i], uid);
	}
}

/* --- whose calls are asked for --- */

/* Makes @scope of the terms in @list. */
static void ask(struct systally_scope *scope, enum systally_term_kind kind,
		const char *list)
{
	struct systally_error error = { "" };

	if (systally_scope_add(scope, kind, list, &error))
		fail_msg("%s: %s", list, error.text);
	assert_string_equal(error.text, "");
}

/* Is a process of user 1000 in the group @path asked for? */
static bool has_group(const struct systally_scope *scope, const char *path)
{
	struct systally_facts facts = { .tgid = 10, .pid = 10, .uid = 1000 };

	systally_facts_set_cgroup(&facts, path);
	return systally_scope_has(scope, 10, "sh", &facts);
}

/* Does one term of @kind have the group @path? */
static bool has(enum systally_term_kind kind, const char *list,
		const char *path)
{
	struct systally_scope scope = { NULL, 0, NULL, 0 };
	bool result;

	ask(&scope, kind, list);
	result = has_group(&scope, path);
	systally_scope_free(&scope);
	assert_null(scope.terms);
	assert_false(systally_scope_any(&scope));
	return result;
}

static void asks_for_all(void **state)
{
	const struct systally_scope scope = { NULL, 0, NULL, 0 };

	(void)state;
	assert_false(systally_scope_any(&scope));
	assert_true(systally_scope_has(&scope, 10, "sh", NULL));
	assert_true(systally_scope_has(&scope, 0, "", NULL));
	assert_true(has_group(&scope, "/a"));
	assert_true(has_group(&scope, NULL));
}

static void asks_for_pids(void **state)
{
	uint32_t pids[] = { 7, 10 };
	const struct systally_scope scope = { pids, 2, NULL, 0 };

	(void)state;
	assert_true(systally_scope_any(&scope));
	assert_true(systally_scope_has(&scope, 10, "sh", NULL));
	assert_true(systally_scope_has(&scope, 7, "sh", NULL));
	assert_false(systally_scope_has(&scope, 8, "sh", NULL));
	assert_true(has_group(&scope, NULL));
}

static void asks_for_cgroups(void **state)
{
	const enum systally_term_kind kind = SYSTALLY_TERM_CGROUP;

	(void)state;
	assert_true(has(kind, "/a", "/a"));
	assert_true(has(kind, "/a", "/a/b"));
	assert_true(has(kind, "/a", "/a/b/c"));
	assert_true(has(kind, "/a/b", "/a/b/c"));
	assert_false(has(kind, "/a", "/ab"));
	assert_false(has(kind, "/a/b", "/a"));
	assert_false(has(kind, "/a/b", "/a/bc"));
	assert_false(has(kind, "/a", "/b/a"));
	assert_false(has(kind, "/a", "/"));
	assert_true(has(kind, "/a/", "/a"));
	assert_true(has(kind, "/a//", "/a/b"));
	assert_false(has(kind, "/a/", "/ab"));
	assert_true(has(kind, "/", "/a/b"));
	assert_true(has(kind, "/", "/"));
	assert_true(has(kind, "//", "/a"));
	/* the group is not known */
	assert_false(has(kind, "/", NULL));
	assert_true(has(kind, "/x,/a", "/a/b"));
	assert_false(has(kind, "/x,/y", "/a/b"));
}

static void asks_for_units(void **state)
{
	static const char path[] = "/system.slice/nginx.service";
	const enum systally_term_kind kind = SYSTALLY_TERM_UNIT;

	(void)state;
	assert_true(has(kind, "nginx.service", path));
	assert_true(has(kind, "nginx", path));
	assert_true(has(kind, "nginx", "/system.slice/nginx.service/workers"));
	assert_false(has(kind, "nginx", "/system.slice/nginx.scope"));
	assert_false(has(kind, "nginx", "/system.slice/nginx.services"));
	assert_false(has(kind, "ngin", path));
	assert_false(has(kind, "nginx.", path));
	assert_false(has(kind, "nginx.socket", path));
	assert_false(has(kind, "nginx.service.", path));
	assert_false(has(kind, "inx.service", path));
	/* what is in a slice, and below a service */
	assert_true(has(kind, "system.slice", path));
	assert_false(has(kind, "system", path));
	assert_true(has(kind, "user@1000.service", USER "/app.slice/a.scope"));
	assert_true(has(kind, "user@1000", USER "/app.slice/a.scope"));
	assert_true(has(kind, "app.slice", USER "/app.slice/a.scope"));
	assert_true(has(kind, "a.scope", USER "/app.slice/a.scope"));
	assert_true(has(kind, "user-1000.slice", USER "/app.slice/a.scope"));
	assert_false(has(kind, "user-1001.slice", USER "/app.slice/a.scope"));
	/* escaped by systemd */
	assert_true(has(kind, "cpu.service", "/system.slice/_cpu.service"));
	assert_true(has(kind, "cpu", "/system.slice/_cpu.service/sub"));
	assert_true(has(kind, "_foo", "/__foo.service"));
	assert_false(has(kind, "foo", "/__foo.service"));
	assert_false(has(kind, "cpu", "/_/a"));
	assert_false(has(kind, "nginx", "/"));
	assert_false(has(kind, "nginx", NULL));
	assert_true(has(kind, "sshd,nginx", path));
	assert_true(has(kind, "nginx,sshd", path));
	assert_false(has(kind, "sshd,cron", path));
}

/* A group is no unit because of its name: docker may keep containers in /docker. */
static void asks_for_units_only(void **state)
{
	const enum systally_term_kind kind = SYSTALLY_TERM_UNIT;

	(void)state;
	assert_false(has(kind, "docker", "/docker/" A));
	assert_false(has(kind, "nginx", "/system.slice/nginx"));
	assert_false(has(kind, "foo", "/_foo"));
	assert_true(has(kind, "docker", "/docker.service/docker/" A));
}

static void asks_for_containers(void **state)
{
	static const char path[] = "/system.slice/docker-" A ".scope/sub";
	const enum systally_term_kind kind = SYSTALLY_TERM_CONTAINER;

	(void)state;
	assert_true(has(kind, A, path));
	assert_true(has(kind, "0123456789ab", path));
	assert_true(has(kind, "012", path));
	assert_false(has(kind, "01", path));
	assert_false(has(kind, B, path));
	assert_true(has(kind, B ",012", path));
	assert_true(has(kind, "web", "/lxc.payload.web/init.scope"));
	assert_false(has(kind, "web", "/lxc.monitor.web"));
	assert_false(has(kind, "we", "/lxc.payload.web"));
	assert_false(has(kind, A, "/system.slice"));
	assert_false(has(kind, A, NULL));
	assert_true(has(kind, B, "/docker/" A "/docker/" B));
}

/* What is below a container's group is in it: the module counts it, too. */
static void asks_for_outer_containers(void **state)
{
	(void)state;
	assert_true(has(SYSTALLY_TERM_CONTAINER, A, "/docker/" A "/docker/" B));
	assert_true(has(SYSTALLY_TERM_CONTAINER, "web",
			"/lxc.payload.web/docker/" B));
}

static void asks_for_users(void **state)
{
	struct systally_scope scope = { NULL, 0, NULL, 0 };
	struct systally_facts facts = { .tgid = 10, .uid = 0 };

	(void)state;
	assert_true(has(SYSTALLY_TERM_USER, "1000", NULL));
	assert_true(has(SYSTALLY_TERM_USER, "root,1000", "/a"));
	assert_false(has(SYSTALLY_TERM_USER, "1001", NULL));
	ask(&scope, SYSTALLY_TERM_USER, "root," NOBODY_TEXT);
	assert_int_equal(scope.term_count, 2);
	assert_string_equal(scope.terms[0].text, "root");
	assert_int_equal(scope.terms[0].uid, 0);
	assert_int_equal(scope.terms[1].uid, NOBODY);
	assert_true(systally_scope_has(&scope, 10, "sh", &facts));
	facts.uid = NOBODY;
	assert_true(systally_scope_has(&scope, 10, "sh", &facts));
	facts.uid = 1;
	assert_false(systally_scope_has(&scope, 10, "sh", &facts));
	facts.uid = SYSTALLY_UID_UNKNOWN;
	assert_false(systally_scope_has(&scope, 10, "sh", &facts));
	systally_scope_free(&scope);
}

static void asks_for_names(void **state)
{
	struct systally_scope scope = { NULL, 0, NULL, 0 };

	(void)state;
	ask(&scope, SYSTALLY_TERM_NAME, "nginx,fifteen letters");
	assert_true(systally_scope_has(&scope, 10, "nginx", NULL));
	assert_true(systally_scope_has(&scope, 10, "fifteen letters", NULL));
	assert_false(systally_scope_has(&scope, 10, "fifteen letter", NULL));
	assert_false(systally_scope_has(&scope, 10, "nginx2", NULL));
	assert_false(systally_scope_has(&scope, 10, "Nginx", NULL));
	assert_false(systally_scope_has(&scope, 10, "", NULL));
	systally_scope_free(&scope);
	/* no unit's name, no path */
	assert_false(has(SYSTALLY_TERM_NAME, "nginx", "/nginx.service"));
}

/* Terms are alternatives, whatever they are of. Without facts, fewer can tell. */
static void asks_for_several(void **state)
{
	struct systally_scope scope = { NULL, 0, NULL, 0 };
	struct systally_facts facts = { .tgid = 10, .pid = 10, .uid = 1000 };

	(void)state;
	ask(&scope, SYSTALLY_TERM_UNIT, "nginx");
	ask(&scope, SYSTALLY_TERM_USER, NOBODY_TEXT);
	ask(&scope, SYSTALLY_TERM_NAME, "redis");
	ask(&scope, SYSTALLY_TERM_CGROUP, "/a,/b");
	ask(&scope, SYSTALLY_TERM_CONTAINER, "web");
	scope.pids = calloc(1, sizeof(*scope.pids));
	assert_non_null(scope.pids);
	scope.pids[scope.pid_count++] = 77;
	assert_int_equal(scope.term_count, 6);
	assert_true(systally_scope_any(&scope));
	assert_false(has_group(&scope, "/c"));
	assert_true(has_group(&scope, "/nginx.service"));
	assert_true(has_group(&scope, "/b/c"));
	assert_true(has_group(&scope, "/lxc.payload.web"));
	assert_true(systally_scope_has(&scope, 10, "redis", &facts));
	assert_true(systally_scope_has(&scope, 77, "sh", NULL));
	/* the number that a process has in this pid namespace */
	facts.pid = 77;
	assert_true(systally_scope_has(&scope, 10, "sh", &facts));
	facts.pid = 10;
	assert_false(systally_scope_has(&scope, 10, "sh", &facts));
	facts.uid = NOBODY;
	assert_true(systally_scope_has(&scope, 10, "sh", &facts));
	assert_false(systally_scope_has(&scope, 10, "sh", NULL));
	assert_true(systally_scope_has(&scope, 10, "redis", NULL));
	assert_true(systally_scope_has(&scope, 77, "sh", NULL));
	systally_scope_free(&scope);
	assert_null(scope.pids);
	assert_null(scope.terms);
	assert_int_equal(scope.pid_count, 0);
	assert_int_equal(scope.term_count, 0);
}

static void refuses_nonsense(void **state)
{
	static const struct {
		enum systally_term_kind kind;
		const char *list, *message;
	} cases[] = {
		{ SYSTALLY_TERM_NAME, "sixteen letters!",
		  "the kernel keeps 15 bytes of a process's name, and 'sixteen letters!' has more; give the first 15" },
		/* 8 characters, 16 bytes */
		{ SYSTALLY_TERM_NAME,
		  "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9",
		  "the kernel keeps 15 bytes" },
		{ SYSTALLY_TERM_NAME, "sh,sixteen letters!", "'sixteen let" },
		{ SYSTALLY_TERM_NAME, "",
		  "a name is empty; give names, separated by commas" },
		{ SYSTALLY_TERM_UNIT, ",nginx", "a unit is empty" },
		{ SYSTALLY_TERM_CONTAINER, "web,", "a container is empty" },
		{ SYSTALLY_TERM_USER, "root,,0", "a user is empty" },
		{ SYSTALLY_TERM_CGROUP, "/a,", "a control group is empty" },
		{ SYSTALLY_TERM_CGROUP, "a",
		  "the path of a control group begins with a slash, not 'a'; see the paths in /proc/PID/cgroup" },
		{ SYSTALLY_TERM_CGROUP, "/a,b/c", "not 'b/c'" },
		{ SYSTALLY_TERM_USER, "no-such-user-of-systally",
		  "there is no user 'no-such-user-of-systally'; see `getent passwd`, or give the number" },
		{ SYSTALLY_TERM_USER, "4294967295", "no user '4294967295'" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct systally_scope scope = { NULL, 0, NULL, 0 };
		struct systally_error error = { "" };

		if (!systally_scope_add(&scope, cases[i].kind, cases[i].list,
					&error))
			fail_msg("'%s' was accepted", cases[i].list);
		if (!strstr(error.text, cases[i].message))
			fail_msg("'%s': %s", cases[i].list, error.text);
		systally_scope_free(&scope);
	}
}

/* --- rules for the module --- */

struct rules {
	char *text; /* each with a line feed */
	size_t size;
	FILE *out;
	int result;
};

static int write_rule(const char *rule, void *context)
{
	struct rules *rules = context;

	fprintf(rules->out, "%s\n", rule);
	return rules->result;
}

/* Returns what systally_scope_rules() does; rules->text is what it wrote. */
static int write_rules(const struct systally_scope *scope, struct rules *rules,
		       struct systally_error *error)
{
	int result;

	free(rules->text);
	rules->text = NULL;
	rules->out = open_memstream(&rules->text, &rules->size);
	assert_non_null(rules->out);
	systally_error_clear(error);
	result = systally_scope_rules(scope, write_rule, rules, error);
	fclose(rules->out);
	return result;
}

static void writes_rules(void **state)
{
	struct systally_scope scope = { NULL, 0, NULL, 0 };
	struct systally_error error = { "" };
	struct rules rules = { .result = 0 };

	(void)state;
	assert_int_equal(write_rules(&scope, &rules, &error), 0);
	assert_string_equal(rules.text, "");
	ask(&scope, SYSTALLY_TERM_USER, "root," NOBODY_TEXT);
	ask(&scope, SYSTALLY_TERM_CGROUP, "/a b\\x2d\xff/_c.d");
	ask(&scope, SYSTALLY_TERM_NAME, "k worker/0:1\t");
	assert_int_equal(write_rules(&scope, &rules, &error), 0);
	assert_string_equal(rules.text, "+uid:0\n"
					"+uid:" NOBODY_TEXT "\n"
					"+cgroup:/a\\x20b\\x5cx2d\\xff/_c.d\n"
					"+comm:k\\x20worker/0:1\\x09\n");
	/* the first that fails is the last */
	rules.result = 7;
	assert_int_equal(write_rules(&scope, &rules, &error), 7);
	assert_string_equal(rules.text, "+uid:0\n");
	systally_scope_free(&scope);
	free(rules.text);
}

static void finds_no_group(void **state)
{
	struct systally_scope scope = { NULL, 0, NULL, 0 };
	struct systally_error error = { "" };
	struct rules rules = { .result = 0 };

	(void)state;
	ask(&scope, SYSTALLY_TERM_UNIT, "no-such-unit-of-systally");
	assert_int_equal(write_rules(&scope, &rules, &error), -1);
	assert_string_equal(
		error.text,
		"no unit 'no-such-unit-of-systally' runs; check its name by `systemd-cgls`, or count it from its start by --cgroup with the group above it");
	assert_string_equal(rules.text, "");
	systally_scope_free(&scope);
	ask(&scope, SYSTALLY_TERM_CONTAINER, A);
	assert_int_equal(write_rules(&scope, &rules, &error), -1);
	assert_string_equal(
		error.text,
		"no container '" A
		"' runs; check its name by the runtime's own list, such as `podman ps`");
	systally_scope_free(&scope);
	free(rules.text);
}

/* A path that is too long for a rule is an error with a text. */
static void refuses_long_rules(void **state)
{
	struct systally_scope scope = { NULL, 0, NULL, 0 };
	struct systally_error error = { "" };
	struct rules rules = { .result = 0 };
	char path[1100];

	(void)state;
	/* four bytes for each */
	memset(path, ' ', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	ask(&scope, SYSTALLY_TERM_CGROUP, path);
	assert_int_equal(write_rules(&scope, &rules, &error), -1);
	systally_scope_free(&scope);
	free(rules.text);
	assert_string_not_equal(error.text, "");
}

/*
 * A recording may have steps that are longer than any name of a file. In a child,
 * because ASan ends the program.
 */
static void survives_long_steps(void **state)
{
	static const size_t lengths[] = { 254, 255, 256, 257, 300, 70000 };
	int status = -1;
	pid_t child;
	size_t i;

	(void)state;
	fflush(NULL);
	child = fork();
	if (!child) {
		for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			char *path = malloc(lengths[i] + 2);

			if (!path)
				_exit(2);
			memset(path, 'a', lengths[i] + 1);
			path[0] = '/';
			path[1] = '_';
			path[lengths[i] + 1] = '\0';
			if (has(SYSTALLY_TERM_UNIT, "nginx", path))
				_exit(3);
			path[1] = 'a';
			if (has(SYSTALLY_TERM_UNIT, "nginx", path))
				_exit(3);
			free(path);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interns),
		cmocka_unit_test(interns_many),
		cmocka_unit_test(finds_units),
		cmocka_unit_test(unescapes_units),
		cmocka_unit_test(finds_containers),
		cmocka_unit_test(needs_whole_ids),
		cmocka_unit_test(finds_innermost_containers),
		cmocka_unit_test(finds_split_containers),
		cmocka_unit_test(finds_containers_behind_colons),
		cmocka_unit_test(knows_other_machines),
		cmocka_unit_test(unescapes_machines),
		cmocka_unit_test(sets_facts),
		cmocka_unit_test(knows_ids),
		cmocka_unit_test(knows_names),
		cmocka_unit_test(names_users),
		cmocka_unit_test(finds_users),
		cmocka_unit_test(finds_whole_users),
		cmocka_unit_test(asks_for_all),
		cmocka_unit_test(asks_for_pids),
		cmocka_unit_test(asks_for_cgroups),
		cmocka_unit_test(asks_for_units),
		cmocka_unit_test(asks_for_units_only),
		cmocka_unit_test(asks_for_containers),
		cmocka_unit_test(asks_for_outer_containers),
		cmocka_unit_test(asks_for_users),
		cmocka_unit_test(asks_for_names),
		cmocka_unit_test(asks_for_several),
		cmocka_unit_test(refuses_nonsense),
		cmocka_unit_test(writes_rules),
		cmocka_unit_test(finds_no_group),
		cmocka_unit_test(refuses_long_rules),
		cmocka_unit_test(survives_long_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
