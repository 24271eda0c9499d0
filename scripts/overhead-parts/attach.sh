# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # measure uses and sets them
#
# How `measure` starts and ends a tool that is a command, and how it finds out
# that all probes of the tool are in place.

# off REASON...: sets $why, the reason why the tool is not measured, and fails
off() {
	why=$*
	return 1
}

have() {
	command -v "$1" >/dev/null || off "$1 is not installed"
}

# attach COMMAND...: starts it and waits until all probes of the tool are in place
attach() {
	local tries before=0 same=0

	# What runs in the background ignores SIGINT, if nothing changes it.
	env --default-signal=INT "$@" >"$T/out" 2>"$T/err" </dev/null &
	tool_pid=$!
	for ((tries = 0; tries < 400; tries++)); do
		sleep 0.2
		alive "$tool_pid" || {
			off "$1 failed: $(first_error)"
			return
		}
		! in_place || return 0
	done
	detach || :
	off "$1 has no probe in place after $tries checks"
}

# Prints the lowest cost of one getsid(), which nothing else calls.
call_cost() {
	"$WORKLOAD/loops" getsid 5 503 |
		sed -n 's/^each //p' | tr ' ' '\n' | sort -g | head -n 1
}

# Do system calls cost more than base_cost, and the same three times in a row?
# Then all probes on them are in place. Uses before and same of attach().
costs_more() {
	local now

	now=$(call_cost)
	same=$(awk -v now="$now" -v before="$before" -v same="$same" \
		-v base="$base_cost" 'BEGIN {
		print (now > 1.08 * base && now < 1.03 * before &&
			now > 0.97 * before) ? same + 1 : 0 }')
	before=$now
	[ "$same" -ge 2 ]
}

# Prints the first line of the tool's output that looks like an error, or the
# last line if there is none.
first_error() {
	cat "$T/err" "$T/out" 2>/dev/null | awk '
		/[Ee][Rr][Rr][Oo][Rr]|[Ff]ail|[Cc]annot/ && !line { line = $0 }
		NF { last = $0 }
		END { print line ? line : last }' |
		sed "s#$T/##g; s/	/ /g" | cut -c 1-120
}

alive() {
	local stat

	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
	stat=${stat##*) }
	[ "${stat:0:1}" != Z ]
}

# Ends the tool as ^C does, and waits for its last output.
detach() {
	local tries

	[ -n "$tool_pid" ] || return 0
	kill -INT "$tool_pid" 2>/dev/null || :
	for ((tries = 0; tries < 600; tries++)); do
		alive "$tool_pid" || break
		# bcc loses it while one of its callbacks runs.
		[ $((tries % 50)) != 49 ] ||
			kill -INT "$tool_pid" 2>/dev/null || :
		sleep 0.2
	done
	kill -KILL "$tool_pid" 2>/dev/null || :
	wait "$tool_pid" 2>/dev/null || :
	tool_pid=''
	[ "$tries" -lt 600 ] || off 'it did not end when told to'
}
