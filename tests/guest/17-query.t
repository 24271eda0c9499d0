#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The functions that systally exports to other modules, called with interrupts
# off by a module of the tests: counts equal the truth and `counters`, and never
# decrease while tables are folded, grown and freed.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/flags.sh"

Q=/sys/kernel/debug/systally_test_query
QUERY_KO=${QUERY_KO:-$root/tests/module/query.ko}
trap '[ ! -d /sys/module/query ] || rmmod query; clean' EXIT

# ask QUESTION: prints the answer; an errno by its name
ask() {
	local fd answer=''

	exec {fd}<>"$Q"
	echo "$1" >&"$fd" && read -r answer <&"$fd"
	exec {fd}>&-
	case $answer in
	-2) echo ENOENT ;;
	-3) echo ESRCH ;;
	-11) echo EAGAIN ;;
	-16) echo EBUSY ;;
	-22) echo EINVAL ;;
	-95) echo EOPNOTSUPP ;;
	*) echo "$answer" ;;
	esac
}

# asked TGID CALL: prints only the count
asked() {
	local error count

	read -r error count _ < <(ask "calls $1 $2")
	echo "${count:-$error}"
}

# columns TGID ABI|all NAME|all: prints from `counters` what `calls` answers
columns() {
	awk -v tgid="$1" -v abi="$2" -v name="$3" '
		NR > 1 && $1 == tgid && (abi == "all" || $3 == abi) &&
		(name == "all" || $5 == name) {
			count += $6
			errors += $7
			total += $8
			max = max > $9 ? max : $9
		}
		END {
			printf "0 %.0f %.0f %.0f %.0f\n", count, errors, total,
				max
		}' "$D/counters"
}

# asked_differ TGID ABI FILE: compares the module's answers: the counts with
# those of the workload in FILE, errors and times with `counters`. Prints the
# calls that differ, or a line if the workload has printed nothing.
asked_differ() {
	local name number got calls=0

	while read -r name number; do
		calls=$((calls + number))
		got=$(asked "$1" "$name")
		[ "$got" = "$number" ] || echo "$name: $got, not $number"
		got=$(ask "calls $1 $2:$name")
		[ "$got" = "$(columns "$1" "$2" "$name")" ] ||
			echo "$name: $got, counters: $(columns "$1" "$2" "$name")"
	done < <(awk -v pid="$1" '
		$1 == "storm" && $2 == pid { print $4, $5 }
		$1 == "count" { print $3, $4 }' "$3")
	[ $calls -gt 0 ] || echo 'the workload has made no calls'
}

# hottest EXCEPT: asks until there is an answer
hottest() {
	local answer=0

	while [ "$answer" = 0 ]; do
		answer=$(ask "hottest $1")
	done
	echo "$answer"
}

# is_listed TGID: succeeds if it is a target. Reading takes the same lock as
# pending changes, so they are done then.
is_listed() {
	grep -qx "$1" "$D/targets"
}

not_listed() {
	! is_listed "$1"
}

# A module that asks keeps systally loaded.
is "$("$WORKLOAD/insert" "$QUERY_KO")" ENOENT \
	'the module of the tests does not load without systally'
need_load collect=time hook=tracepoint
insmod "$QUERY_KO" || bail "insmod $QUERY_KO failed"
error=$(rmmod systally 2>&1)
like "$error" 'in use' 'systally does not unload while that module is loaded'

# A running process: its counts come from the per-CPU tables, then from the
# master
puppet_start bystander
bystander=${talk_pid[bystander]}
puppet_start puppet 3
puppet=${talk_pid[puppet]}
tid=$(said puppet member | awk '$1 != $2 { print $2; exit }')
ctl targets "$puppet"
puppet_call puppet 1009
answer=$(ask "calls $puppet getppid")
like "$answer" "^0 $((3 * 1009)) 0 [1-9][0-9]* [1-9][0-9]*\$" \
	'3 threads have 3027 calls before any fold'
is "$(columns "$puppet" x86-64 getppid)" "$answer" 'counters has the same values'
is "$(ask "calls $puppet getppid")" "$answer" \
	'the answer is the same after a fold'
puppet_call puppet 503
is "$(asked "$puppet" getppid)" $((3 * (1009 + 503))) \
	'calls before and after a fold are added'
is "$(ask "calls $puppet x86-64:getppid") $(ask "calls $puppet 110")" \
	"$(columns "$puppet" x86-64 getppid) $(columns "$puppet" x86-64 getppid)" \
	'a call can be named with its ABI, or by number'
is "$(ask "calls $puppet i386:getppid")" '0 0 0 0 0' '0 calls of another ABI'
is "$(ask "calls $puppet getsid")" '0 0 0 0 0' \
	'0 calls for a call that it does not make'
is "$(ask "calls $bystander getppid")" ESRCH \
	'ESRCH for a process that is no target'
is "$(ask "is $puppet") $(ask "is $bystander") $(ask "is 4194304")" '1 0 0' \
	'is: tells targets from other processes'
is "$(ask "calls $tid getppid")" ESRCH 'ESRCH for the id of a thread'
is "$(ask "calls $puppet vax:getppid") $(ask "calls $puppet vaxcall") $(
	ask "calls $puppet x86-64:9999") $(ask "calls 4194304 getppid")" \
	'EINVAL ENOENT ENOENT ESRCH' 'an errno for an unknown ABI, call or pid'

# All calls and errors; processes that have exited
talk_start native "$WORKLOAD/storm" 1 2
talk_start compat "$WORKLOAD/storm32" 1 2
talk_until native ready
talk_until compat ready
native=$(said native process)
compat=$(said compat process)
ctl targets "$native $compat"
talk_ask native go going
talk_ask compat go going
sleep 0.3
talk_ask native pause parked
talk_ask compat pause parked
is "$(asked_differ "$native" x86-64 "$T/native.said")" '' \
	'each call of a storm: count, errors, total_ns and max_ns are right'
is "$(asked_differ "$compat" i386 "$T/compat.said")" '' \
	'each call of a 32-bit storm, too'
is "$(asked "$compat" x86-64:getppid) $(asked "$compat" i386:getppid)" \
	"0 $(asked "$compat" getppid)" 'all its calls are i386'
is "$(asked "$native" all)" "$(columns "$native" all all | cut -d ' ' -f 2)" \
	'all: the sum of all its calls'
talk_say native stop
talk_until native stopped
talk_say compat stop
talk_until compat stopped
talk_end native
talk_end compat
"$WORKLOAD/calls" -t plain >"$T/expect" &
pid=$!
wait $pid
is "$(asked_differ $pid x86-64 "$T/expect")" '' \
	'each call of a process that has exited'
is "$(ask "calls $pid all" | cut -d ' ' -f 2,3) $(ask "calls $pid getuid")" \
	"$(columns $pid all all | cut -d ' ' -f 2,3) 0 0 0 0 0" \
	'all: the sum for an exited process; 0 for a call that it did not make'
"$WORKLOAD/calls32" -t plain >"$T/expect" &
pid=$!
wait $pid
is "$(asked_differ $pid i386 "$T/expect")" '' \
	'each call of a 32-bit process that has exited'
"$WORKLOAD/calls" -t int80 >"$T/expect" &
pid=$!
wait $pid
is "$(asked $pid x86-64:getppid) $(asked $pid i386:getppid) $(
	asked $pid getppid)" "101 10007 $((101 + 10007))" \
	'a process with two ABIs: each alone, and both'

# A pid that is used again
"$WORKLOAD/reuse" 0 n:1 >"$T/said"
read -r _ pid <"$T/said"
ctl reset 1
"$WORKLOAD/reuse" "$pid" t:101 n:211 t:307 n:11 >"$T/said"
is "$(count "$pid" x86-64 getppid)" $((101 + 307)) \
	'counters: a reused pid has the calls of both'
is "$(asked "$pid" getppid)" 307 \
	'the answer is about the last process with rows'
is "$(asked "$pid" all)" "$(awk -v pid="$pid" '$1 == "row" && $2 == pid {
	if ($10 > start) {
		start = $10
		sum = 0
	}
	sum += $10 == start ? $6 : 0
}
END { print sum }' <<<"$("$WORKLOAD/snapread" -d)")" 'all: the sum for that process only'
heir=''
for _ in {1..50}; do
	echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
	sleep 1000 &
	heir=$!
	[ $heir != "$pid" ] || break
done
wait_for grep -qx sleep "/proc/$heir/comm"
is "$heir" "$pid" 'a new process has the pid'
is "$(ask "calls $pid getppid") $(ask "calls $pid all")" 'ESRCH ESRCH' \
	'the new process inherits no count'
ctl targets "$pid"
is "$(ask "calls $pid getppid") $(ask "calls $pid all")" \
	'0 0 0 0 0 0 0 0 0 0' 'nor as a target'
ctl targets none
kill "$heir"
wait "$heir" 2>/dev/null

# All processes
ctl syscalls getpgid,getsid
ctl targets all
ctl reset 1
talk_start storm nice -n 19 "$WORKLOAD/storm" 2 2
talk_until storm ready
talk_ask storm go going
sleep 0.3
talk_ask storm pause parked
"$WORKLOAD/calls" plain >/dev/null
"$WORKLOAD/calls32" plain >/dev/null
for name in getpgid x86-64:getsid i386:getsid; do
	abi=${name%:*}
	[ "$abi" != "$name" ] || abi=all
	got=$(asked 0 $name)
	is "$got" "$(count all "$abi" "${name#*:}")" \
		"all processes: the sum of $name is right"
done
answer=$(ask 'calls 0 all')
is "$(cut -d ' ' -f 2,3,5 <<<"$answer")" "$(awk 'NR > 1 {
		count += $6
		errors += $7
		max = max > $9 ? max : $9
	}
	END { printf "%.0f %.0f %.0f\n", count, errors, max }' "$D/counters")" \
	'all calls of all processes are right'
is "$(asked 0 all)" $(($(status tallied) + $(status unattributed))) \
	'they are what status says'
is "$(ask "is $$") $(ask 'is 4194304')" '1 0' 'every process is a target'
is "$(ask 'calls 4194303 getsid') $(ask 'calls 4194303 all')" 'ESRCH ESRCH' \
	'ESRCH for a pid that does not exist'
talk_ask storm stop stopped
talk_end storm
ctl targets "$puppet"
ctl syscalls all
ctl threads 1
is "$(ask "calls $puppet getppid") $(ask "hottest 0")" \
	'EOPNOTSUPP EOPNOTSUPP' 'EOPNOTSUPP with threads=1'
ctl threads 0

# A probe's handler interrupts a fold, on the CPU that folds
ctl reset 1
puppet_call puppet 101
ask "inside $puppet getppid" >"$T/inside" &
inside=$!
while kill -0 $inside 2>/dev/null; do
	cat "$D/counters" >/dev/null
	sleep 0.1
	puppet_call puppet 0
done
wait $inside
is "$(<"$T/inside")" EBUSY 'EBUSY for a handler that interrupts a fold'
is "$(ask "calls $puppet getppid")" "$(columns "$puppet" x86-64 getppid)" \
	'the right count afterwards'

# A handler interrupts a reset, before the first row is removed
ask "emptied $puppet getppid" >"$T/emptied" &
emptied=$!
wait_for grep -q table_clean /sys/kernel/debug/kprobes/list
echo 1 >"$D/reset"
wait $emptied
is "$(<"$T/emptied")" '0 0 0 0 0' 'a reset removes all rows at once'
puppet_call puppet 211
is "$(asked "$puppet" getppid)" $((3 * 211)) 'calls after the reset are counted'

# The hottest
puppet_start first
puppet_start second
first=${talk_pid[first]}
second=${talk_pid[second]}
ctl collect count
ctl targets "$first $second"
ctl reset 1
puppet_call first 1009
puppet_call second 2003
is "$(hottest 0)" "$second" 'hottest: the process with the most calls'
is "$(hottest "$second")" "$first" 'hottest: without that one, the next'
is "$(hottest "$first")" "$second" \
	'hottest: leaving another one out changes nothing'
puppet_call first 1511
is "$(hottest 0)" "$first" 'hottest: another process after more calls'
is "$(ask "hottest $first")" 0 'hottest: the first answer is 0: asked for'
sleep 0.3
is "$(ask "hottest $second") $(hottest "$first")" "0 $second" \
	'hottest: an answer is for the same question only'
puppet_end first
is "$(hottest 0)" "$second" 'hottest: never a process that has exited'
# shellcheck disable=SC2016 # that shell's
bash -c '"$0" -t plain >/dev/null & echo $!; exec sleep 1000 >/dev/null' \
	"$WORKLOAD/calls" >"$T/zombie" &
parent=$!
wait_for test -s "$T/zombie"
wait_for state_is "$(<"$T/zombie")" Z
is "$(hottest 0)" "$second" 'hottest: nor a zombie, even with more calls'
is "$(asked "$(<"$T/zombie")" getppid)" 10007 \
	'the calls of a zombie can be asked for'
kill $parent
ctl targets none
ctl reset 1
is "$(hottest 0)" ESRCH 'hottest: ESRCH when no process has calls'

# Adding and removing targets
is "$(ask "is $second") $(ask "add $second")" '0 0' 'add: accepted'
wait_for is_listed "$second"
is "$(ask "is $second")" 1 'add: it is a target then'
puppet_call second 1511
is "$(asked "$second" getppid)" 1511 'add: it is counted exactly'
is "$(ask "add $bystander")" 0 'add: a second one is accepted'
wait_for is_listed "$bystander"
puppet_call second 503
puppet_call bystander 307
is "$(asked "$second" getppid) $(asked "$bystander" getppid)" \
	"$((1511 + 503)) 307" 'add: both are counted exactly'
is "$(ask "remove $second")" 0 'remove: accepted'
wait_for not_listed "$second"
puppet_call second 101
puppet_call bystander 211
is "$(ask "is $second") $(asked "$second" getppid) $(
	asked "$bystander" getppid)" "0 $((1511 + 503)) $((307 + 211))" \
	'remove: it keeps its count, the other one still counts'
ask "remove $bystander" >/dev/null
wait_for is_listed none
true &
dead=$!
wait $dead
is "$(ask "add $dead") $(ask "remove $dead") $(ask 'add 0') $(
	ask 'add 4194304')" 'ESRCH ESRCH ESRCH ESRCH' 'add, remove: ESRCH for pids that do not exist'
setsid sh -c 'echo $$; sleep 1000 >/dev/null & echo $!' >"$T/said"
{
	read -r dead
	read -r sleeper
} <"$T/said"
is "$(ask "add $dead")" ESRCH 'add: ESRCH for a number that only a session has'
kill "$sleeper"
is "$(ask "flood $second 100")" '64 36' 'of 100 at once, 64 are accepted'
wait_for is_listed "$second"
is "$(ask "add $bystander")" 0 'later there is room again'
wait_for is_listed "$bystander"
is "$(ask "flood 1 3")" '3 0' 'of 3 at once, all are accepted'
wait_for is_listed 1
is "$(sort -n "$D/targets" | xargs)" \
	"$(printf '%s\n' 1 "$second" "$bystander" | sort -n | xargs)" \
	'what was accepted is done'
ctl targets none

# sweeps_start: one process after the other makes some hundred rows, as many as
# the per-CPU tables and their folding can take
sweeps_start() {
	# It becomes a target after its start, in which it calls getppid().
	# shellcheck disable=SC2016 # that shell's
	nice -n 19 bash -c 'kill -STOP $$; while :; do "$0" 1 60 >/dev/null; sleep 0.1
		done' "$WORKLOAD/sweep" &
	sweeps=$!
	wait_for state_is $sweeps T
	ctl targets "+$sweeps"
	kill -CONT $sweeps
}

# watch_storm NAME: asks about a storm while other processes start and exit and
# all is folded again and again: its count never decreases, and is exact in the
# end
watch_storm() {
	local name=$1 pid pids watchers=() call truth times=2000

	[ -z "$LONG" ] || times=50000
	talk_start watched nice -n 19 "$WORKLOAD/storm" 1 2
	talk_start forks nice -n 19 "$WORKLOAD/storm" -f 2 2
	talk_until watched ready
	talk_until forks ready
	pid=$(said watched process)
	mapfile -t pids < <(said forks process)
	ctl targets "$pid ${pids[*]}"
	ctl reset 1
	sweeps_start
	talk_ask forks go going
	talk_ask watched go going
	for call in getppid all; do
		ask "watch $pid $call $times" >"$T/watch.$call" &
		watchers+=($!)
	done
	# Each of these folds.
	while kill -0 "${watchers[@]}" 2>/dev/null; do
		ctl targets "+$$"
		ctl targets "-$$"
		read -r -n 100 _ <"$D/counters"
	done
	wait "${watchers[@]}"
	kill "$sweeps"
	wait "$sweeps" 2>/dev/null
	talk_ask forks pause parked
	talk_ask watched pause parked
	truth=$(storm_total watched "$pid" getppid)
	is "$(asked "$pid" getppid)" "$truth" \
		"$name: the count is exact in the end"
	is "$(asked_differ "$pid" x86-64 "$T/watched.said")" '' \
		"$name: and so is that of each call"
	like "$(<"$T/watch.getppid")" '^0 0 [0-9]+ [1-9][0-9]*$' \
		"$name: the count never decreased"
	like "$(<"$T/watch.all")" '^0 [0-9]+ [0-9]+ [0-9]+$' \
		"$name: nor did that of all calls"
	at_least "$truth" "$(cut -d ' ' -f 4 "$T/watch.getppid")" \
		"$name: it was never more than the calls made"
	is "$(asked 0 getppid)" $((truth + $(storm_total forks all getppid))) \
		"$name: the sum of all processes is exact"
	note "watched: $(<"$T/watch.getppid"), $(<"$T/watch.all");" \
		"$(status entered) calls, $(wc -l <"$D/counters") rows," \
		"$(status unattributed) unattributed," \
		"$(status memory_bytes) bytes"
	talk_ask watched stop stopped
	talk_ask forks stop stopped
	talk_end watched
	talk_end forks
	ctl targets none
}

# Tables that grow, and the master table, too
ctl collect time
ctl follow 1
watch_storm storm
puppet_end puppet
puppet_end second
puppet_end bystander
rmmod query
unload

# Tables that cannot grow; rows of exited processes are folded
need_load collect=time hook=tracepoint follow=1 memory_max_bytes=5M
insmod "$QUERY_KO"
watch_storm 'little memory'
rmmod query
finish
