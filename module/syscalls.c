// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls by name.
 */
#include "syscalls.h"

#ifdef __KERNEL__
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#endif

/* Generated, see Kbuild: SYSCALL_NAMES_X86_64 and so on are `[nr] = "name",` */
#include "syscall_names.h"

#define ABI_NAMES(id, name) \
	static const char *const names_##id[] = { SYSCALL_NAMES_##id };
ARCH_ABI_TABLE(ABI_NAMES)
#undef ABI_NAMES

static const struct {
	const char *const *names;
	u32 count;
} tables[ABIS] = {
#define ABI_ENTRY(id, name) [ABI_##id] = { names_##id, ARRAY_SIZE(names_##id) },
	ARCH_ABI_TABLE(ABI_ENTRY)
#undef ABI_ENTRY
};

/* Numbers above the highest name that have a row of their own */
#define NEW_NRS 64

const u16 systally_syscall_limits[ABIS] = {
#define ABI_LIMIT(id, name)                                                   \
	[ABI_##id] = ARRAY_SIZE(names_##id) + NEW_NRS < KEY_NR_OUT_OF_RANGE ? \
			     ARRAY_SIZE(names_##id) + NEW_NRS :               \
			     KEY_NR_OUT_OF_RANGE,
	ARCH_ABI_TABLE(ABI_LIMIT)
#undef ABI_LIMIT
};

const char *systally_syscall_name(u32 abi, u32 nr)
{
	return nr < tables[abi].count ? tables[abi].names[nr] : NULL;
}

const char *systally_syscall_label(u32 abi, u32 nr, char *label)
{
	const char *name = systally_syscall_name(abi, nr);

	if (name)
		return name;
	if (nr == KEY_NR_OUT_OF_RANGE)
		return "out_of_range";
	snprintf(label, SYSCALL_LABEL_LEN, "syscall_%u", nr);
	return label;
}

/* The number of a name in one ABI, or -1 */
static int find_nr(u32 abi, const char *name)
{
	u32 nr;

	for (nr = 0; nr < tables[abi].count; nr++)
		if (tables[abi].names[nr] &&
		    !strcmp(tables[abi].names[nr], name))
			return nr;
	return -1;
}

static int add_in_abi(struct syscall_set *set, u32 abi, const char *token)
{
	int nr;

	if (isdigit((unsigned char)token[0])) {
		if (kstrtoint(token, 10, &nr) ||
		    !systally_syscall_name(abi, nr))
			return -ENOENT;
	} else {
		nr = find_nr(abi, token);
		if (nr < 0)
			return -ENOENT;
	}
	__set_bit(nr, set->nr[abi]);
	return 0;
}

int systally_syscall_add(struct syscall_set *set, const char *token)
{
	const char *colon = strchr(token, ':');
	int err = -ENOENT;
	u32 abi;

	if (!colon && isdigit((unsigned char)token[0]))
		return add_in_abi(set, ABI_NATIVE, token);

	for (abi = 0; abi < ABIS; abi++) {
		const char *name = systally_abi_name(abi);

		if (!colon) {
			if (!add_in_abi(set, abi, token))
				err = 0;
		} else if (!strncmp(token, name, colon - token) &&
			   !name[colon - token]) {
			return add_in_abi(set, abi, colon + 1);
		}
	}
	return colon ? -EINVAL : err;
}

bool systally_syscall_token(const struct syscall_set *set, u32 abi, u32 nr,
			    char *token)
{
	char label[SYSCALL_LABEL_LEN];
	const char *name = systally_syscall_label(abi, nr, label);
	u32 other;

	/* A bare name stands for the call in all ABIs that have the name: use
	 * it only if the set has all of them.
	 */
	for (other = 0; other < ABIS; other++) {
		int other_nr = find_nr(other, name);

		if (other_nr >= 0 && !test_bit(other_nr, set->nr[other])) {
			snprintf(token, SYSCALL_LABEL_LEN + 8, "%s:%s",
				 systally_abi_name(abi), name);
			return true;
		}
	}
	for (other = 0; other < abi; other++)
		if (find_nr(other, name) >= 0)
			return false;
	snprintf(token, SYSCALL_LABEL_LEN + 8, "%s", name);
	return true;
}
