#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# slow-calls, startup and hot-then-deep. And every script refuses invalid
# arguments with one line.

# shellcheck source=tests/stap/lib.sh
. "$(dirname "$0")/lib.sh"

# refuses NAME 'WORDS' [ARGUMENT...]: in one line, with WORDS
refuses() {
	local name=$1 words=$2

	shift 2
	stap_run "$name" "$@"
	is $? 1 "$name $*: status 1"
	is "$(wc -l <"$T/$name.err")" 1 "$name $*: one line"
	like "$(<"$T/$name.err")" "^ERROR: .*$words.*usage: .*$name" \
		"$name $*: says what and how"
	is "$(<"$T/$name.out")" '' "$name $*: nothing else"
}

for name in poll-count poll-timeouts top-files top-units errno-top ssl-bytes \
	hot-then-deep; do
	refuses $name "SECONDS 'soon'" soon
	refuses $name "SECONDS '0'" 0
done
refuses syscount "'thread': neither call nor process" thread
refuses syscount "ROWS '101'" call 10 101
refuses top-files 'one argument too many' 10 10 10
refuses slow-calls "MS '-1'" -1
refuses startup "MS 'x'" ls x
refuses startup 'no COMMAND to wait for'

# slow-calls: seven sleeps of 120 ms, and none of those of 20 ms
stap_start slow-calls 100
passes 'slow-calls: calls that are not slow were made' \
	"$WORKLOAD/calls" sleeps 11 20
"$WORKLOAD/calls32" sleeps 7 120 >/dev/null &
slow=$!
wait $slow
stap_end slow-calls
is "$(awk -v tgid=$slow '$2 == tgid' "$T/slow-calls.out" |
	grep -cE ' i386:nanosleep\(0x[0-9a-f]+, 0x0\) = 0$')" 7 \
	'slow-calls: each slow call, with its arguments'
is "$(grep ' calls ' "$T/slow-calls.out" | grep -c nanosleep)" 0 \
	'slow-calls: no other'

# startup, of a program of the suite
stap_start startup ls 60000 100
/bin/ls / >/dev/null
wait "${stap_pid[startup]}"
is $? 0 'startup: ends with the command'
is "$(stap_complaints startup)" '' 'startup: prints no errors'
is "$(awk '$1 == "phase" && $2 == "from_us" { on = 1; next }
	!NF { on = 0 } on { print $1 }' "$T/startup.out" | tr '\n' ' ')" \
	'loader libc program ' 'startup: three phases'
at_least "$(grep -cE '^(loader|program) +x86-64 ' "$T/startup.out")" 5 \
	'startup: calls by phase'
is "$(grep -E ' (execve|getdents64) ' "$T/startup.out" |
	awk '{ print $1, $3 }' | sort -u | tr '\n' ' ')" \
	'loader execve program getdents64 ' \
	'startup: exec is the loader phase, reading the folder the program'
traced=$(awk '$2 ~ /^(x86-64)$/ { n += $4 } END { print n }' "$T/startup.out")
named=$(awk '$1 == "phase" && $2 == "from_us" { on = 1; next }
	!NF { on = 0 } on { n += $3 } END { print n }' "$T/startup.out")
is "$traced" "$named" 'startup: the phases add up'

# hot-then-deep
refuses_plainly() {
	like "$(<"$T/hot-then-deep.err")" "^ERROR: .*$1" "$2"
}
stap_run hot-then-deep 1
refuses_plainly 'systally is not loaded' 'hot-then-deep: without systally'
need_load targets=none
stap_run hot-then-deep 1
refuses_plainly 'systally has counted no process' 'hot-then-deep: with nobody'
ctl targets all
talk_start hot "$WORKLOAD/puppet"
talk_until hot ready
hot=$(said hot member | head -n 1)
hot=${hot% *}
talk_ask hot 'call 100003' called
stap_run hot-then-deep 4 &
watcher=$!
wait_for grep -q Looking "$T/hot-then-deep.out"
# Its probe on sys_exit comes a moment later.
has_probe() {
	[ "$(status foreign_probes)" -ge 1 ]
}
wait_for has_probe
talk_ask hot 'call 1009' called
wait $watcher
is $? 0 'hot-then-deep: ends with status 0'
like "$(<"$T/hot-then-deep.out")" "hottest process is $hot \\(puppet\\)" \
	'hot-then-deep: finds it'
is "$(awk '$2 == "getppid" { print $3 }' "$T/hot-then-deep.out")" 1009 \
	'hot-then-deep: counts its calls from then on'
passes 'the process ends' talk_end hot

finish
