# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # measure uses and sets them
#
# How `measure` has loops and servers counted by `systally run`.

# Loads the module. It has no targets but those of `systally run`.
load() {
	insert && remark=''
}

# systally OPTION...: has loops and servers started by `systally run`, which
# reports to $T/out
systally() {
	wrap=("$SYSTALLY" run -b "process,syscall" --format csv -o "$T/out" "$@" --)
	restart_servers "${wrap[@]}"
}

# Ends `systally run` or another tool, and undoes what it has begun.
end_run() {
	local ended=1

	[ ${#wrap[@]} = 0 ] || restart_servers || ended=''
	detach || ended=''
	clean_tool
	eject
	[ -n "$ended" ]
}

# csv_count NAME: prints how many calls of NAME the report has for the process
# pid. NAME is a system call, or a function of any file.
csv_count() {
	awk -F, -v pid="$pid" -v name="$1" '
	NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	{ called = $at["syscall"]; sub(/^.*:/, "", called) }
	$at["tgid"] == pid && called == name { n += $at["count"] }
	END { print n + 0 }' "$T/out"
}
