#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Levels by process: while one session counts everybody, the processes of another
# that keeps times are counted by the tracepoint, and all others by the direct hook.
# Processes go from one to the other while they make calls, and each call is
# counted once.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/tracers.sh"

why=$(direct_missing)
[ -z "$why" ] || skip_all "$why"
need_load
note "SYSTALLY_SEED=$seed"
top=$D
calls='getppid poll close'

hook() {
	local word

	read -r word <"$top/hook"
	word=${word#*: }
	echo "${word%% (*}"
}

exec {other}<"$top/sessions/new"
read -r name <&"$other"
S=$top/sessions/$name
# all_counted TEXT: both storms have each call once in the session of everybody
all_counted() {
	local who call

	for who in one two; do
		for call in $calls; do
			is "$(at "$top" "${!who}" "$call" 6)" \
				"$(storm_total $who all "$call")" \
				"$who, $call: $1"
		done
	done
}

talk_start one nice -n 19 "$WORKLOAD/storm" -n 1 1
talk_start two nice -n 19 "$WORKLOAD/storm" -n 1 1
talk_until one ready
one=$(said one process)
talk_until two ready
two=$(said two process)

ctl targets all
is "$(hook)" direct 'everybody is counted by the direct hook'
echo time >"$S/collect"
echo "$one" >"$S/targets"
is "$(hook)" 'direct and tracepoint' \
	'one process is timed: everybody else stays with the direct hook'
talk_ask one go going
talk_ask two go going
sleep 1
talk_ask one pause parked
talk_ask two pause parked
# rows SESSION PID CALL COLUMN
at() {
	awk -v tgid="$2" -v name="$3" -v column="$4" '
		$1 == tgid && $5 == name { print $column }' "$1/counters"
}
all_counted 'the session of everybody has each call'
is "$(at "$S" "$one" close 6) $(at "$S" "$one" close 7)" \
	"$(storm_total one all close) $(storm_total one all close)" \
	'the other session has the calls and errors of its process'
at_least "$(at "$S" "$one" getppid 8)" $((1 - coarse_clock)) 'and times'
is "$(at "$S" "$two" getppid 6)" '' 'and nobody else'
is "$(at "$top" "$one" getppid 8)" 0 'the session that counts has no times'

# step ORDER: what makes processes, or all of them, go from one hook to another
step() {
	case $1 in
	time | count) echo "$1" >"$S/collect" ;;
	tracepoint | auto) ctl hook "$1" ;;
	chosen) ctl syscalls "${calls// /,},getsid" ;;
	all) ctl syscalls all ;;
	tracer) tracer_start events-raw "$two" ;;
	'no tracer') tracer_stop events-raw ;;
	*) echo "$1" >"$S/targets" ;;
	esac
	note "$1: $(hook)"
}

# Processes go to and fro while they make calls, another tracer comes and goes,
# and the direct hook moves between one place and the calls' functions.
talk_ask one go going
talk_ask two go going
for order in "$two" "+$one" none "$one" count time chosen "+$two" all "-$two" \
	tracepoint auto chosen tracepoint auto all tracer "$two" "$one" \
	'no tracer' "$one $two"; do
	step "$order"
done
for ((i = 0; i < 6; i++)); do
	one_of "$two" "+$one" "$one" none time count chosen all tracepoint auto
	step "$REPLY"
done
talk_ask one pause parked
talk_ask two pause parked
all_counted 'each call is counted once while it moves'
is "$(difference)" 0 'entered is tallied'

# The denied calls of timed processes are known as such while another one moves. At
# even numbers, in three ABIs, their calls are denied.
step auto
step all
step time
exec {third}<"$top/sessions/new"
read -r name <&"$third"
third_session=$top/sessions/$name
echo time >"$third_session/collect"
: >"$T/moves"
while [ ! -e "$T/enough" ]; do
	echo none >"$S/targets"
	echo "$one" >"$S/targets"
	echo moved >>"$T/moves"
done &
mover=$!
denied=0
while [ "$(wc -l <"$T/moves")" -lt 3 ]; do
	"$WORKLOAD/sweep" -s 100 99 deny >"$T/made" &
	sweep=$!
	wait_for state_is $sweep T
	echo $sweep >"$third_session/targets"
	kill -CONT $sweep
	wait $sweep
	read -r _ made < <(grep '^denied ' "$T/made")
	denied=$((denied + made))
done
: >"$T/enough"
wait $mover
at_least $denied 13000 'calls were denied while another process moved'
is "$(awk '$1 == "denied:" { print $2 }' "$third_session/status")" $denied \
	'all of them are known as such'
exec {third}<&-
step "$one"
is "$(hook), $(status state)" 'direct and tracepoint, selective' \
	'in the end only one process passes the tracepoint'
echo none >"$S/targets"
is "$(hook)" direct 'without the timed session, the direct hook counts all'
exec {other}<&-
ctl targets none
unhooked() {
	[ "$(hook)" = none ]
}
becomes unhooked
is "$(hook)" none 'in the end nothing is hooked'
for who in one two; do
	talk_ask $who stop stopped
	talk_end $who
done
finish
