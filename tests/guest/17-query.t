#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What other modules are told, and have done, by the word of one of the tests'
# own that asks with interrupts off: counts that equal the truth and `counters`,
# and never go backwards while tables are folded, grown and thrown away.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/flags.sh"

Q=/sys/kernel/debug/systally_test_query
QUERY_KO=${QUERY_KO:-$root/tests/module/query.ko}
trap '[ ! -d /sys/module/query ] || rmmod query; clean' EXIT

# ask QUESTION: the answer, with the errno's name if it is one
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

# asked TGID CALL: the count alone
asked() {
	local error count

	read -r error count _ < <(ask "calls $1 $2")
	echo "${count:-$error}"
}

# columns TGID ABI|all NAME|all: as `calls` answers, out of counters
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

# asked_differ TGID ABI FILE: prints the calls of which the module says another
# number than the workload says in FILE, or other errors or times than `counters`;
# something, too, if the workload says nothing
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

# hottest BUT: asks until there is an answer
hottest() {
	local answer=0

	while [ "$answer" = 0 ]; do
		answer=$(ask "hottest $1")
	done
	echo "$answer"
}

# is_listed TGID: and it is done with, for reading takes what changing takes
is_listed() {
	grep -qx "$1" "$D/targets"
}

not_listed() {
	! is_listed "$1"
}

# Who asks keeps the module
is "$("$WORKLOAD/insert" "$QUERY_KO")" ENOENT 'without systally, none is found'
need_load collect=time hook=tracepoint
insmod "$QUERY_KO" || bail "insmod $QUERY_KO failed"
error=$(rmmod systally 2>&1)
like "$error" 'in use' 'systally cannot be unloaded under it'

# A process that lives: first out of the CPUs' tables, then out of the master
puppet_start bystander
bystander=${talk_pid[bystander]}
puppet_start puppet 3
puppet=${talk_pid[puppet]}
tid=$(said puppet member | awk '$1 != $2 { print $2; exit }')
ctl targets "$puppet"
puppet_call puppet 1009
answer=$(ask "calls $puppet getppid")
like "$answer" "^0 $((3 * 1009)) 0 [1-9][0-9]* [1-9][0-9]*\$" \
	'3 threads, 3027 calls, before any flush'
is "$(columns "$puppet" x86-64 getppid)" "$answer" 'counters says the same'
is "$(ask "calls $puppet getppid")" "$answer" 'and after that the same again'
puppet_call puppet 503
is "$(asked "$puppet" getppid)" $((3 * (1009 + 503))) \
	'some in the master, some not yet'
is "$(ask "calls $puppet x86-64:getppid") $(ask "calls $puppet 110")" \
	"$(columns "$puppet" x86-64 getppid) $(columns "$puppet" x86-64 getppid)" \
	'by ABI, and by number'
is "$(ask "calls $puppet i386:getppid")" '0 0 0 0 0' 'none by another ABI'
is "$(ask "calls $puppet getsid")" '0 0 0 0 0' 'a call that it does not make'
is "$(ask "calls $bystander getppid")" ESRCH 'a process that is not watched'
is "$(ask "is $puppet") $(ask "is $bystander") $(ask "is 4194304")" '1 0 0' \
	'who is watched'
is "$(ask "calls $tid getppid")" ESRCH 'a thread is no process'
is "$(ask "calls $puppet vax:getppid") $(ask "calls $puppet vaxcall") $(
	ask "calls $puppet x86-64:9999") $(ask "calls 4194304 getppid")" \
	'EINVAL ENOENT ENOENT ESRCH' 'no such ABI, no such call, no such pid'

# All calls and errors; those that have exited
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
	'each call of a storm: count, errors, total_ns, max_ns'
is "$(asked_differ "$compat" i386 "$T/compat.said")" '' 'and of one of 32 bits'
is "$(asked "$compat" x86-64:getppid) $(asked "$compat" i386:getppid)" \
	"0 $(asked "$compat" getppid)" 'whose calls are those of its ABI'
is "$(asked "$native" all)" "$(columns "$native" all all | cut -d ' ' -f 2)" \
	'all calls'
talk_say native stop
talk_until native stopped
talk_say compat stop
talk_until compat stopped
talk_end native
talk_end compat
"$WORKLOAD/calls" -t plain >"$T/expect" &
pid=$!
wait $pid
is "$(asked_differ $pid x86-64 "$T/expect")" '' 'one that has exited'
is "$(ask "calls $pid all" | cut -d ' ' -f 2,3) $(ask "calls $pid getuid")" \
	"$(columns $pid all all | cut -d ' ' -f 2,3) 0 0 0 0 0" \
	'all of its calls, and one that it did not make'
"$WORKLOAD/calls32" -t plain >"$T/expect" &
pid=$!
wait $pid
is "$(asked_differ $pid i386 "$T/expect")" '' 'one of 32 bits that has exited'
"$WORKLOAD/calls" -t int80 >"$T/expect" &
pid=$!
wait $pid
is "$(asked $pid x86-64:getppid) $(asked $pid i386:getppid) $(
	asked $pid getppid)" "101 10007 $((101 + 10007))" \
	'one process, two ABIs: each, and both'

# A pid that comes again
"$WORKLOAD/reuse" 0 n:1 >"$T/said"
read -r _ pid <"$T/said"
ctl reset 1
"$WORKLOAD/reuse" "$pid" t:101 n:211 t:307 n:11 >"$T/said"
is "$(count "$pid" x86-64 getppid)" $((101 + 307)) 'a pid that came again'
is "$(asked "$pid" getppid)" 307 'the last process that has rows'
is "$(asked "$pid" all)" "$(awk -v pid="$pid" '$1 == "row" && $2 == pid {
	if ($10 > start) {
		start = $10
		sum = 0
	}
	sum += $10 == start ? $6 : 0
}
END { print sum }' <<<"$("$WORKLOAD/snapread" -d)")" 'all of its calls'
heir=''
for _ in {1..50}; do
	echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
	sleep 1000 &
	heir=$!
	[ $heir != "$pid" ] || break
done
wait_for grep -qx sleep "/proc/$heir/comm"
is "$heir" "$pid" 'another lives that has it'
is "$(ask "calls $pid getppid") $(ask "calls $pid all")" 'ESRCH ESRCH' \
	'and inherits nothing'
ctl targets "$pid"
is "$(ask "calls $pid getppid") $(ask "calls $pid all")" \
	'0 0 0 0 0 0 0 0 0 0' 'nor if it is watched'
ctl targets none
kill "$heir"
wait "$heir" 2>/dev/null

# Everybody
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
	is "$got" "$(count all "$abi" "${name#*:}")" "of all processes: $name"
done
answer=$(ask 'calls 0 all')
is "$(cut -d ' ' -f 2,3,5 <<<"$answer")" "$(awk 'NR > 1 {
		count += $6
		errors += $7
		max = max > $9 ? max : $9
	}
	END { printf "%.0f %.0f %.0f\n", count, errors, max }' "$D/counters")" \
	'all calls of all processes'
is "$(asked 0 all)" $(($(status tallied) + $(status unattributed))) \
	'which is what status says'
is "$(ask "is $$") $(ask 'is 4194304')" '1 0' 'all are watched'
is "$(ask 'calls 4194303 getsid') $(ask 'calls 4194303 all')" 'ESRCH ESRCH' \
	'but not one that there is not'
talk_ask storm stop stopped
talk_end storm
ctl targets "$puppet"
ctl syscalls all
ctl threads 1
is "$(ask "calls $puppet getppid") $(ask "hottest 0")" \
	'EOPNOTSUPP EOPNOTSUPP' 'with rows per thread'
ctl threads 0

# A probe's handler in the midst of a fold, on the CPU that does it
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
is "$(<"$T/inside")" EBUSY 'who interrupts a fold is told so'
is "$(ask "calls $puppet getppid")" "$(columns "$puppet" x86-64 getppid)" \
	'and later what it was'

# One in the midst of a reset, before the first row is gone
ask "emptied $puppet getppid" >"$T/emptied" &
emptied=$!
wait_for grep -q table_clean /sys/kernel/debug/kprobes/list
echo 1 >"$D/reset"
wait $emptied
is "$(<"$T/emptied")" '0 0 0 0 0' 'a reset takes all rows at once'
puppet_call puppet 211
is "$(asked "$puppet" getppid)" $((3 * 211)) 'and what comes after it stays'

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
is "$(hottest 0)" "$second" 'the hottest'
is "$(hottest "$second")" "$first" 'the hottest but that one'
is "$(hottest "$first")" "$second" 'another one left out changes nothing'
puppet_call first 1511
is "$(hottest 0)" "$first" 'the other one becomes it'
is "$(ask "hottest $first")" 0 'asked'
sleep 0.3
is "$(ask "hottest $second") $(hottest "$first")" "0 $second" \
	'an answer is for who asked'
puppet_end first
is "$(hottest 0)" "$second" 'one that has exited does not take part'
# shellcheck disable=SC2016 # that shell's
bash -c '"$0" -t plain >/dev/null & echo $!; exec sleep 1000 >/dev/null' \
	"$WORKLOAD/calls" >"$T/zombie" &
parent=$!
wait_for test -s "$T/zombie"
wait_for state_is "$(<"$T/zombie")" Z
is "$(hottest 0)" "$second" 'nor if it made more, and nobody has reaped it'
is "$(asked "$(<"$T/zombie")" getppid)" 10007 'whose calls can be asked for'
kill $parent
ctl targets none
ctl reset 1
is "$(hottest 0)" ESRCH 'nobody has calls'

# Steering
is "$(ask "is $second") $(ask "add $second")" '0 0' 'to be watched from now on'
wait_for is_listed "$second"
is "$(ask "is $second")" 1 'is watched'
puppet_call second 1511
is "$(asked "$second" getppid)" 1511 'and counted exactly'
is "$(ask "add $bystander")" 0 'another one'
wait_for is_listed "$bystander"
puppet_call second 503
puppet_call bystander 307
is "$(asked "$second" getppid) $(asked "$bystander" getppid)" \
	"$((1511 + 503)) 307" 'besides the first'
is "$(ask "remove $second")" 0 'no more'
wait_for not_listed "$second"
puppet_call second 101
puppet_call bystander 211
is "$(ask "is $second") $(asked "$second" getppid) $(
	asked "$bystander" getppid)" "0 $((1511 + 503)) $((307 + 211))" \
	'keeps its count, the other one goes on'
ask "remove $bystander" >/dev/null
wait_for is_listed none
true &
dead=$!
wait $dead
is "$(ask "add $dead") $(ask "remove $dead") $(ask 'add 0') $(
	ask 'add 4194304')" 'ESRCH ESRCH ESRCH ESRCH' 'nobody there'
setsid sh -c 'echo $$; sleep 1000 >/dev/null & echo $!' >"$T/said"
{
	read -r dead
	read -r sleeper
} <"$T/said"
is "$(ask "add $dead")" ESRCH 'nor where a session still has the number'
kill "$sleeper"
is "$(ask "flood $second 100")" '64 36' '100 at once: 64 are taken'
wait_for is_listed "$second"
is "$(ask "add $bystander")" 0 'later there is room again'
wait_for is_listed "$bystander"
is "$(ask "flood 1 3")" '3 0' 'what is taken'
wait_for is_listed 1
is "$(sort -n "$D/targets" | xargs)" \
	"$(printf '%s\n' 1 "$second" "$bystander" | sort -n | xargs)" \
	'is done'
ctl targets none

# sweeps_start: one process after the other that makes some hundred rows; not
# more than the CPUs' tables, and who folds them, can take
sweeps_start() {
	# Its own start is over when it is watched: that makes getppid() calls.
	# shellcheck disable=SC2016 # that shell's
	nice -n 19 bash -c 'kill -STOP $$; while :; do "$0" 1 600; sleep 0.1
		done' "$WORKLOAD/sweep" &
	sweeps=$!
	wait_for state_is $sweeps T
	ctl targets "+$sweeps"
	kill -CONT $sweeps
}

# watch_storm NAME: a storm is watched while others come and go, and all is
# flushed again and again: what is said of it never goes backwards, and in the
# end is the truth
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
	# Each of these flushes
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
	is "$(asked "$pid" getppid)" "$truth" "$name: in the end, the truth"
	is "$(asked_differ "$pid" x86-64 "$T/watched.said")" '' \
		"$name: of each call"
	like "$(<"$T/watch.getppid")" '^0 0 [0-9]+ [1-9][0-9]*$' \
		"$name: never backwards"
	like "$(<"$T/watch.all")" '^0 [0-9]+ [0-9]+ [0-9]+$' \
		"$name: nor all calls together"
	at_least "$truth" "$(cut -d ' ' -f 4 "$T/watch.getppid")" \
		"$name: never more than the truth"
	is "$(asked 0 getppid)" $((truth + $(storm_total forks all getppid))) \
		"$name: with all that came and went"
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

# Tables that are grown, and the master as well
ctl collect time
ctl follow 1
watch_storm storm
puppet_end puppet
puppet_end second
puppet_end bystander
rmmod query
unload

# Those that have no room to grow, and what has exited is folded away
need_load collect=time hook=tracepoint follow=1 memory_max_bytes=4M
insmod "$QUERY_KO"
watch_storm 'little memory'
rmmod query
finish
