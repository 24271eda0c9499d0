# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Finds the kernel's complaints in its log. Sourced by lib.sh and `run`.

splats='BUG:|WARNING:|Oops|general protection|rcu.*stall|lockup|Call Trace'
splats+='|blocked for more than|UBSAN|KASAN|KCSAN|possible recursive locking'
splats+='|suspicious RCU|leaked|already present|refcount_t|unable to handle'
splats+='|sleeping function|scheduling while atomic|debugfs: '

# splats_begin NAME: writes a line to the log, after which log_lines begins
splats_begin() {
	mark="systally test $1."
	echo "$mark" >/dev/kmsg 2>/dev/null
}

# log_lines: prints the log since splats_begin
log_lines() {
	dmesg | awk -v mark="$mark" '
		index($0, mark) { lines = 0; seen = 1; next }
		seen { line[lines++] = $0 }
		END { for (i = 0; i < lines; i++) print line[i] }'
}

# splat_lines: prints the complaints among these lines, except those that match
# $forgiven. If the log has lost the line of splats_begin, it prints that, too.
splat_lines() {
	dmesg | grep -qF "$mark" || echo "the kernel log has lost the line: $mark"
	log_lines | grep -E "$splats" | grep -vE "${forgiven:-^$}"
}
