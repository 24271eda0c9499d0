# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the kernel says in its log when it is not well. Sourced by lib.sh and run.

splats='BUG:|WARNING:|Oops|general protection|rcu.*stall|lockup|Call Trace'
splats+='|blocked for more than|UBSAN|KASAN|KCSAN|possible recursive locking'
splats+='|suspicious RCU|leaked|already present|refcount_t|unable to handle'
splats+='|sleeping function|scheduling while atomic|debugfs: '

# splats_begin NAME: a line in the log, after which splats are this one's
splats_begin() {
	mark="systally test $1."
	echo "$mark" >/dev/kmsg 2>/dev/null
}

# Those since then, but for what matches $forgiven
splat_lines() {
	dmesg | awk -v mark="$mark" '
		index($0, mark) { lines = 0; seen = 1; next }
		seen { line[lines++] = $0 }
		END { for (i = 0; i < lines; i++) print line[i] }' |
		grep -E "$splats" | grep -vE "${forgiven:-^$}"
}
