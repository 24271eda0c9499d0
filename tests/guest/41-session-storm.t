#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sessions begin, end, are killed, get and lose targets, change their calls and
# their level, and are reset, in random order, up to eight at a time and under a
# fork storm: 3 interleavings, 200 with SYSTALLY_LONG=1, or SYSTALLY_CASES=. Each
# session has counted what the storms have made since it asked for it, no more and
# no less.
# In the end no task carries the flag, nothing is hooked, and no memory is left.
# SYSTALLY_SEED=N repeats a run that failed.
#
# Half of the steps happen while the storms rest, and are exact. The others happen
# while they run. Then the counts of the session that changes are known only
# within bounds, and those of all others are exact.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

interleavings=3 steps=10
[ -z "$LONG" ] || interleavings=200
interleavings=${SYSTALLY_CASES:-$interleavings}
note "SYSTALLY_SEED=$seed"
top=$D

need_load
referee_load

# ---- the storms ---------------------------------------------------------

# What a session counts of one: every call that it names. `forks` makes them in
# children, which only a session with its parent as a target and `follow` counts.
storms='one two forks'
calls='getppid poll close'
declare -A pid made
for name in $storms noise; do
	# Rows of processes that have exited are told apart by the command.
	cp "$WORKLOAD/storm" "$T/bin.$name"
	mkdir -p "$T/bin"
	mv "$T/bin.$name" "$T/bin/$name"
done
talk_start noise nice -n 19 "$T/bin/noise" -f 1 2
talk_until noise ready
talk_ask noise go going
talk_start forks nice -n 19 "$T/bin/forks" -n -f 1 1
for name in one two; do
	talk_start $name nice -n 19 "$T/bin/$name" -n 1 1
done
for name in $storms; do
	talk_until "$name" ready
	pid[$name]=$(said "$name" process)
done

# rest: parks the storms, and reads what they have made into made[STORM CALL]
rest() {
	local name word call count

	for name in $storms; do
		talk_ask "$name" pause parked
		while read -r word _ _ call count; do
			[ "$word" != storm ] || made[$name $call]=$count
		done <"$T/$name.said"
	done
}

go() {
	local name

	for name in $storms; do
		talk_ask "$name" go going
	done
}

# ---- what each session should have counted ------------------------------

# By the session's key: its folder, its owner, its targets (names of storms, or
# all), its calls (or all), its level, whether it follows; by key, storm and call:
# what it has to have, what the storm had made then, and failed calls that it has
# to have seen (of those that always fail, close).
declare -A folder owner targets filter level follow has base failed vague
sessions=()

# wants KEY STORM CALL: succeeds if the session counts these calls now
wants() {
	[[ " ${targets[$1]} " = *" all "* ]] ||
		{ [[ " ${targets[$1]} " = *" $2 "* ]] &&
			{ [ "$2" != forks ] || [ "${follow[$1]}" = 1 ]; }; } ||
		return 1
	[ "${filter[$1]}" = all ] || [[ " ${filter[$1]} " = *" $3 "* ]]
}

# settle KEY: adds what was made since the last time to what it has to have
settle() {
	local name call old more

	for name in $storms; do
		for call in $calls; do
			old=${base[$1 $name $call]:-0}
			more=${made[$name $call]}
			base[$1 $name $call]=$more
			more=$((more - old))
			wants "$1" "$name" "$call" || continue
			old=${has[$1 $name $call]:-0}
			has[$1 $name $call]=$((old + more))
			[ "$call ${level[$1]/hist/time}" = 'close time' ] ||
				continue
			old=${failed[$1 $name]:-0}
			failed[$1 $name]=$((old + more))
		done
	done
}

settle_all() {
	local key

	for key in "${sessions[@]}"; do
		settle "$key"
	done
}

# counted KEY: prints STORM CALL COUNT ERRORS of its rows. Writes to $T/sums what
# is wrong with the sums in its status.
counted() {
	awk -v storms=" $storms " -v calls=" $calls " -v key="$1" -v sums="$T/sums" '
	FILENAME ~ /counters$/ {
		if (FNR > 1 && index(storms, " " $2 " ") &&
		    index(calls, " " $5 " ")) {
			count[$2 " " $5] += $6
			errors[$2 " " $5] += $7
		}
		next
	}
	/^(entered|tallied|unattributed): / { sum[$1] = $2 }
	END {
		for (i in count)
			print i, count[i], errors[i]
		if (sum["entered:"] != sum["tallied:"] + sum["unattributed:"])
			print key, "entered", sum["entered:"], "tallied", \
				sum["tallied:"] >>sums
		if (sum["unattributed:"])
			print key, "unattributed", sum["unattributed:"] >>sums
	}' "${folder[$1]}/counters" "${folder[$1]}/status"
}

# judge KEY: compares the session with what it has to have. Of a session that has
# changed while the storms ran, takes its counts for what it has to have.
judge() {
	local name call count errors
	local -A got=() got_failed=()

	counted "$1" >"$T/counted"
	while read -r name call count errors; do
		got[$name $call]=$count
		[ "$call" != close ] || got_failed[$name]=$errors
	done <"$T/counted"
	for name in $storms; do
		for call in $calls; do
			count=${got[$name $call]:-0}
			if [ -n "${vague[$1]:-}" ]; then
				has[$1 $name $call]=$count
			elif [ "$count" != "${has[$1 $name $call]:-0}" ]; then
				wrong+="$1 $name $call: $count, not ${has[$1 $name $call]:-0}; "
			fi
			compared=$((compared + count))
		done
		errors=${got_failed[$name]:-0}
		if [ -n "${vague[$1]:-}" ]; then
			failed[$1 $name]=$errors
		elif [ "$errors" != "${failed[$1 $name]:-0}" ]; then
			wrong+="$1 $name: $errors errors, not ${failed[$1 $name]:-0}; "
		fi
	done
	vague[$1]=''
}

judge_all() {
	local key

	for key in "${sessions[@]}"; do
		judge "$key"
	done
	[ -z "$wrong" ] || [ -n "$blamed" ] || blamed="$did"
}

# ---- the steps ----------------------------------------------------------

# set KEY FILE VALUE
set_control() {
	printf '%s\n' "$3" >"${folder[$1]}/$2" ||
		wrong+="$1: writing $3 to $2 failed; "
}

number=0
begin() {
	local key name

	number=$((number + 1))
	key=s$number
	rm -f "$T/name"
	bash -c 'read -r name; echo "$name" >"$1.part" && mv "$1.part" "$1"
		exec sleep 10000' sh "$T/name" <"$top/sessions/new" &
	owner[$key]=$!
	wait_for test -e "$T/name"
	read -r name <"$T/name"
	folder[$key]=$top/sessions/$name
	targets[$key]='' filter[$key]=all level[$key]=count follow[$key]=0
	sessions+=("$key")
	changed=$key
	settle "$key"
	one_of count time hist
	set_control "$key" collect "$REPLY"
	level[$key]=$REPLY
	set_control "$key" follow 1
	follow[$key]=1
}

# end KEY SIGNAL
end() {
	local key left=()

	kill -"$2" "${owner[$1]}"
	wait "${owner[$1]}" 2>/dev/null
	becomes test ! -e "${folder[$1]}" || wrong+="$1 is not gone; "
	for key in "${sessions[@]}"; do
		[ "$key" = "$1" ] || left+=("$key")
	done
	sessions=("${left[@]}")
}

# retarget KEY
retarget() {
	local name

	one_of one two forks all none both
	case $REPLY in
	all | none) set_control "$1" targets "$REPLY" ;;
	both)
		set_control "$1" targets "${pid[one]} ${pid[two]}"
		REPLY='one two'
		;;
	*)
		name=$REPLY
		if [[ " ${targets[$1]} " = *" $name "* ]]; then
			set_control "$1" targets "-${pid[$name]}"
			REPLY=" ${targets[$1]} "
			REPLY=${REPLY/ $name / }
		elif [ "${targets[$1]}" = all ]; then
			set_control "$1" targets "${pid[$name]}"
		else
			set_control "$1" targets "+${pid[$name]}"
			REPLY="${targets[$1]} $name"
		fi
		;;
	esac
	targets[$1]=${REPLY/none/}
	did+="=${REPLY// /+}"
}

refilter() {
	one_of all getppid poll 'getppid poll' 'close getsid' 'poll close'
	set_control "$1" syscalls "$REPLY"
	filter[$1]=$REPLY
	did+="=${REPLY// /+}"
}

relevel() {
	one_of count time hist
	set_control "$1" collect "$REPLY"
	level[$1]=$REPLY
	did+="=$REPLY"
}

# by_thread KEY: both kinds of rows add up by command
by_thread() {
	one_of 0 1
	set_control "$1" threads "$REPLY"
	did+="=$REPLY"
}

refollow() {
	one_of 0 1
	# A child that lives now was made with the old setting.
	set_control "$1" follow "$REPLY"
	follow[$1]=$REPLY
	did+="=$REPLY"
}

reset() {
	local i

	set_control "$1" reset 1
	for i in "${!has[@]}"; do
		[[ $i != "$1 "* ]] || has[$i]=0
	done
	for i in "${!failed[@]}"; do
		[[ $i != "$1 "* ]] || failed[$i]=0
	done
}

# one_step: a random one, with a random session
one_step() {
	local running=$((RANDOM % 2)) what key=''

	changed=''
	if [ ${#sessions[@]} -eq 0 ]; then
		what=begin
	else
		one_of "${sessions[@]}"
		key=$REPLY
		one_of begin begin end kill targets targets targets calls \
			calls level level reset threads follow
		what=$REPLY
		[ ${#sessions[@]} -lt 8 ] || [ "$what" != begin ] || what='kill'
	fi
	did+=" $what"
	[ -z "$key" ] || [ "$what" = begin ] || did+="($key)"
	[ $running = 0 ] || {
		did+='*'
		go
	}
	case $what in
	begin) begin ;;
	end) end "$key" TERM ;;
	kill) end "$key" KILL ;;
	targets) retarget "$key" ;;
	calls) refilter "$key" ;;
	level) relevel "$key" ;;
	reset) reset "$key" ;;
	threads) by_thread "$key" ;;
	follow) refollow "$key" ;;
	esac
	changed=${changed:-$key}
	[ $running = 0 ] || {
		vague[$changed]=1
		rest
	}
	# What was made since the last step is settled with the old settings
	# unless the step changed them, and then it was vague.
	settle_all
	[ $running = 0 ] || judge_all
	go
	rest
	settle_all
}

interleave() {
	local i

	did='' wrong='' blamed='' compared=0
	: >"$T/sums"
	rest
	# The first session counts all, so that there is something to compare.
	begin
	set_control "$changed" targets all
	targets[$changed]=all
	go
	rest
	settle_all
	judge_all
	for ((i = 0; i < steps; i++)); do
		one_step
		((RANDOM % 3)) || judge_all
	done
	judge_all
	at_least "$compared" 1 "$1: calls were compared"
	is "$wrong" '' "$1: each session has counted what was made" ||
		note "SYSTALLY_SEED=$seed, after:$blamed"
	is "$(<"$T/sums")" '' "$1: entered is tallied, nothing is unattributed" ||
		note "SYSTALLY_SEED=$seed, after:$did"
	while [ ${#sessions[@]} -gt 0 ]; do
		one_of TERM KILL
		end "${sessions[0]}" "$REPLY"
	done
	becomes is_state off
	is "$(status state), $(flags_differ none)" 'off, ' \
		"$1: in the end nothing is hooked, and no task carries the flag"
	note "$1:$did"
}

for ((i = 0; i < interleavings; i++)); do
	interleave $i
done
for name in $storms noise; do
	talk_ask "$name" stop stopped
	talk_end "$name"
done
is "$(cd "$top/sessions" && echo *)" new 'no session is left'
referee_unload
finish
