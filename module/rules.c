// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules for targets: making, matching and showing them.
 */
#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "compat/cgroup.h"
#include "rules.h"

static u32 uid_of(const struct task_struct *task)
{
	return from_kuid(&init_user_ns, __task_cred(task)->euid);
}

struct rules_subject rules_subject(const struct task_struct *leader)
{
	struct rules_subject subject = {
		.comm = leader->comm,
		.uid = uid_of(leader),
		.group = compat_cgroup_of(leader),
	};

	return subject;
}

static bool matches(const struct rule *rule,
		    const struct rules_subject *subject)
{
	switch (rule->kind) {
	case RULE_CGROUP:
		return subject->group &&
		       compat_cgroup_below(subject->group, rule->group);
	case RULE_UID:
		return subject->uid == rule->uid;
	default:
		return !strncmp(subject->comm, rule->comm, sizeof(rule->comm));
	}
}

bool rules_match(const struct rules *rules, const struct rules_subject *subject)
{
	unsigned int i;

	for (i = 0; rules && i < rules->count; i++)
		if (matches(&rules->rule[i], subject))
			return true;
	return false;
}

static bool is_same(const struct rule *a, const struct rule *b)
{
	return a->kind == b->kind && a->uid == b->uid && a->group == b->group &&
	       !strcmp(a->comm, b->comm);
}

static void release(struct rule *rule)
{
	if (rule->group)
		compat_cgroup_put(rule->group);
	kfree(rule->path);
}

/* Copies a rule, with what it holds. Returns 0 or -ENOMEM. */
static int copy(struct rule *to, const struct rule *from)
{
	*to = *from;
	if (!from->group)
		return 0;
	to->path = kstrdup(from->path, GFP_KERNEL);
	if (!to->path)
		return -ENOMEM;
	compat_cgroup_hold(to->group);
	return 0;
}

/* Makes a rule as it was asked for. Returns 0, -ENOENT or -ENOMEM. */
static int make(struct rule *rule, const struct parsed_rule *parsed)
{
	*rule = (struct rule){ .kind = parsed->kind };
	switch (parsed->kind) {
	case RULE_CGROUP:
		break;
	case RULE_UID:
		rule->uid = parsed->uid;
		return 0;
	default:
		strscpy(rule->comm, parsed->text, sizeof(rule->comm));
		return 0;
	}
	rule->group = compat_cgroup_find(parsed->text);
	if (!rule->group)
		return -ENOENT;
	rule->path = kstrdup(parsed->text, GFP_KERNEL);
	if (rule->path)
		return 0;
	compat_cgroup_put(rule->group);
	return -ENOMEM;
}

static struct rule *find(struct rules *rules, const struct rule *rule)
{
	unsigned int i;

	for (i = 0; i < rules->count; i++)
		if (is_same(&rules->rule[i], rule))
			return &rules->rule[i];
	return NULL;
}

/* Adds a rule, or removes it. Owns it from now on. Returns 0, -ENOENT or -E2BIG. */
static int change(struct rules *rules, struct rule *rule, bool removes)
{
	struct rule *there = find(rules, rule);

	if (removes ? !there : !there && rules->count == PARSE_MAX_RULES) {
		release(rule);
		return removes ? -ENOENT : -E2BIG;
	}
	if (!there) {
		rules->rule[rules->count++] = *rule;
		return 0;
	}
	release(rule);
	if (removes) {
		release(there);
		*there = rules->rule[--rules->count];
	}
	return 0;
}

int rules_make(const struct rules *old, const struct targets_request *request,
	       struct rules **made)
{
	struct rules *rules;
	unsigned int i;
	int err = 0;

	*made = NULL;
	if (request->verb != TARGETS_EDIT)
		old = NULL;
	if (!old && !request->rules)
		return 0;
	rules = kzalloc(struct_size(rules, rule, PARSE_MAX_RULES), GFP_KERNEL);
	if (!rules)
		return -ENOMEM;
	for (i = 0; old && i < old->count && !err; i++) {
		err = copy(&rules->rule[i], &old->rule[i]);
		rules->count += !err;
	}
	for (i = 0; i < request->rules && !err; i++) {
		struct rule rule;

		err = make(&rule, &request->rule[i]);
		if (!err)
			err = change(rules, &rule, request->rule[i].removes);
	}
	if (err || !rules->count) {
		rules_free(rules);
		return err;
	}
	*made = rules;
	return 0;
}

void rules_free(struct rules *rules)
{
	if (!rules)
		return;
	while (rules->count)
		release(&rules->rule[--rules->count]);
	kfree(rules);
}

/* Prints a text as one token: see parse_targets(). */
static void show_text(struct seq_file *seq, const char *text)
{
	for (; *text; text++) {
		if (isascii(*text) && isgraph(*text) && *text != '\\' &&
		    *text != ',')
			seq_putc(seq, *text);
		else
			seq_printf(seq, "\\x%02x", (unsigned char)*text);
	}
}

void rules_show(const struct rules *rules, struct seq_file *seq)
{
	unsigned int i;

	for (i = 0; rules && i < rules->count; i++) {
		const struct rule *rule = &rules->rule[i];

		seq_puts(seq, rule_words[rule->kind]);
		if (rule->kind == RULE_UID)
			seq_printf(seq, "%u", rule->uid);
		else
			show_text(seq, rule->path ?: rule->comm);
		seq_putc(seq, '\n');
	}
}
