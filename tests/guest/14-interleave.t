#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# systally, its target and other tracers start and stop in random order, and
# systally's hook changes, under a fork storm: 4 orders, 200 longer ones with
# SYSTALLY_LONG=1, or SYSTALLY_CASES=. Each tracer counts every call of a bystander
# while it runs, systally every call of its target, and in the end no task carries
# the flag. SYSTALLY_SEED=N repeats a run that failed.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/flags.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/tracers.sh"

interleavings=4 steps=7
[ -z "$LONG" ] || interleavings=200 steps=11
interleavings=${SYSTALLY_CASES:-$interleavings}
seed=${SYSTALLY_SEED:-$((RANDOM * 32768 + RANDOM))}
note "SYSTALLY_SEED=$seed"
RANDOM=$seed

# Tracers that start at once; one that is listed twice is chosen twice as often.
# Slow ones take seconds to start: at most one in every fourth interleaving.
quick='module-enter-register module-enter-prio module-enter-may_exist
module-exit-register perf-call perf-call perf-raw perf-raw events-call
events-call hist-call hist-raw instance-raw rawtp-enter rawtp-exit'
slow='bpftrace-call bpftrace-raw bpftrace-kprobe bpftrace-kfunc syscount'
usable() {
	local name

	for name; do
		[ -n "$(tracer_missing "$name")" ] || echo "$name"
	done
}
# shellcheck disable=SC2086 # words
mapfile -t quick < <(usable $quick)
# shellcheck disable=SC2086 # words
mapfile -t slow < <(usable $slow)

# pick WORD...: one of them, in $picked
pick() {
	local at=$((RANDOM % $# + 1))

	picked=${!at}
}

referee_load
talk_start forks nice -n 19 "$WORKLOAD/storm" -f 1 2
talk_until forks ready
talk_ask forks go going
declare -A pid total
for who in bystander target; do
	talk_start $who nice -n 19 "$WORKLOAD/storm" -n 1 1
	talk_until $who ready
	pid[$who]=$(said $who process)
	total[$who]=0
done

# rest NAME...: parks these; sets total[NAME] to the calls that they have made
rest() {
	local who word name calls

	for who; do
		talk_ask "$who" pause parked
		while read -r word _ _ name calls; do
			[ "$word $name" != 'storm getppid' ] ||
				total[$who]=$calls
		done <"$T/$who.said"
	done
}

go() {
	local who

	for who; do
		talk_ask "$who" go going
	done
}

# What runs: systally's target is counted from ours_base on, and has been
# counted ours_sum times before; a tracer counts from bases[NAME] on.
declare -A bases=()
systally='' listed='' ours_base=0 ours_sum=0
# Calls of all interleavings that systally and the tracers had to count
ours_calls=0 others_calls=0

list() {
	listed=1
	ours_base=${total[target]}
}

unlist() {
	[ -n "$listed" ] || return 0
	listed=''
	ours_sum=$((ours_sum + total[target] - ours_base))
}

ours() {
	echo $((ours_sum + (${listed:-0} ? total[target] - ours_base : 0)))
}

# The hooks of this kernel, and the one in use
hooks='tracepoint kprobe direct'
no_direct=$(direct_missing)
if [ -n "$no_direct" ]; then
	note "without hook=direct: $no_direct"
	hooks='tracepoint kprobe'
fi
hooked='' timed=''

# pick_hook: one that keeps times if systally does, in $hooked. Only one owner
# can have a direct call at the start of a function.
pick_hook() {
	local possible=$hooks

	[ -z "$timed${bases[bpftrace-kfunc]:-}" ] || possible=${hooks% direct}
	# shellcheck disable=SC2086 # words
	pick $possible
	hooked=$picked
}

systally_start() {
	local parameters=()

	if ((RANDOM % 4)); then
		parameters=(targets="${pid[target]}")
		list
	fi
	timed=''
	((RANDOM % 2)) || timed=1
	[ -z "$timed" ] || parameters+=(collect=time)
	((RANDOM % 8)) || parameters+=(selective=0)
	hooked=tracepoint
	# A hook on the functions of some calls, or of all
	if ((RANDOM % 2)); then
		pick_hook
		parameters+=(hook="$hooked" 'syscalls=getppid,poll')
	fi
	did+=" insmod(${parameters[*]})"
	insmod "$SYSTALLY_KO" "${parameters[@]}"
	ours_sum=0
	systally=1
}

# Checks the counts before the module is unloaded.
systally_check() {
	local got

	[ -n "$systally" ] || return 0
	got=$(count "${pid[target]}" x86-64 getppid)
	ours_calls=$((ours_calls + got))
	[ "$got" = "$(ours)" ] || ours_wrong+=" got $got of $(ours) after:$did;"
	got=$(awk -v pid="${pid[target]}" 'NR > 1 && $1 != pid' "$D/counters")
	[ -z "$got" ] || ours_wrong+=" rows of others after:$did: $got;"
	got=$(totals | grep -v untimed)
	[ -z "$got" ] || totals_wrong+=" $got after:$did;"
}

systally_stop() {
	systally_check
	did+=' rmmod'
	rmmod systally
	unlist
	systally=''
}

target_toggle() {
	local sign=+

	[ -z "$listed" ] || sign=-
	did+=" ${sign}target"
	ctl targets "$sign${pid[target]}"
	if [ -n "$listed" ]; then
		unlist
	else
		list
	fi
}

hook_change() {
	# hook=kprobe on all calls takes many seconds
	grep -q '^all$' "$D/syscalls" && ctl syscalls getppid,poll
	pick_hook
	did+=" hook=$hooked"
	ctl hook "$hooked"
}

tracer_toggle() {
	local name=$1 wanted

	if [ -z "${bases[$name]:-}" ]; then
		did+=" $name"
		# A BPF tracer counts from its start, so the bystander has to
		# rest. For the others it runs until tracer_go.
		is_bpf "$name" || go bystander
		tracer_prepare "$name" "${pid[bystander]}"
		is_bpf "$name" || rest bystander
		tracer_go "$name" "${pid[bystander]}"
		bases[$name]=${total[bystander]}
		return
	fi
	did+=" -$name"
	wanted=$((total[bystander] - bases[$name]))
	others_calls=$((others_calls + wanted))
	tracer_stop "$name"
	unset "bases[$name]"
	[ "$counted" = "$wanted" ] ||
		others_wrong+=" $name counted $counted of $wanted after:$did;"
}

# one_step WHAT: starts or stops it, while the process that it does not count
# makes calls. Then both processes make calls.
one_step() {
	case $1 in
	systally | target) go bystander ;;
	hook) go bystander target ;;
	*) go target ;;
	esac
	case $1 in
	systally)
		if [ -n "$systally" ]; then
			systally_stop
		else
			systally_start
		fi
		;;
	target) target_toggle ;;
	hook) hook_change ;;
	*) tracer_toggle "$1" ;;
	esac
	case $1 in
	systally | target) rest bystander ;;
	hook) rest bystander target ;;
	*) rest target ;;
	esac
	go bystander target
	rest bystander target
}

# Checks which tasks carry the flag
flags_check() {
	local who got name passed=''

	for name in "${!bases[@]}"; do
		on_function "$name" || passed=1
	done
	if [ -n "$passed" ]; then
		who=everyone
	elif [ -z "$listed" ] || [ "$hooked$timed" = direct ] ||
		[ "$hooked$timed" = kprobe ]; then
		who=none
	elif [[ $(status selective) = *selective=0* ]]; then
		who=everyone
	else
		wait_for is_state selective
		who=${pid[target]}
	fi
	got=$(flags_differ "$who")
	[ -z "$got" ] || flags_wrong+=" wanted on $who after:$did: $got;"
}

interleave() {
	local i choices running kind

	did='' others_wrong='' ours_wrong='' totals_wrong='' flags_wrong=''
	kind=''
	if [ $(($1 % 4)) -eq 3 ] && [ ${#slow[@]} -gt 0 ]; then
		pick "${slow[@]}"
		kind=$picked
	fi
	for ((i = 0; i < steps; i++)); do
		pick "${quick[@]}"
		choices=(systally systally "$picked" "$picked")
		[ -z "$kind" ] || [ "$kind$systally$hooked" = \
			bpftrace-kfunc1direct ] || choices+=("$kind")
		[ -z "$systally" ] || choices+=(target hook)
		# A running tracer is likely to be stopped, so that the state
		# becomes selective now and then.
		running=("${!bases[@]}")
		if [ ${#running[@]} -gt 0 ]; then
			pick "${running[@]}"
			choices+=("$picked" "$picked")
		fi
		pick "${choices[@]}"
		one_step "$picked"
		# A slow tracer is started once only.
		if [ "$picked" = "$kind" ] && [ -z "${bases[$kind]:-}" ]; then
			kind=''
		fi
		((RANDOM % 3)) || flags_check
	done
	while choices=("${!bases[@]}" ${systally:+systally}) &&
		[ ${#choices[@]} -gt 0 ]; do
		pick "${choices[@]}"
		one_step "$picked"
	done
	flags_check
	[ "$(probes_standing)" = 0 ] || flags_wrong+=' probes are left'
	is "$others_wrong" '' \
		"$1: the tracers have counted every call of the bystander"
	is "$ours_wrong" '' "$1: systally has counted every call of the target"
	is "$totals_wrong" '' "$1: the totals add up"
	is "$flags_wrong" '' "$1: only the right tasks carry the flag, in the end none" ||
		note "$did"
}

for ((i = 0; i < interleavings; i++)); do
	started=${EPOCHREALTIME/./}
	interleave $i
	note "$i: $(((${EPOCHREALTIME/./} - started) / 1000)) ms:$did"
done

at_least "$ours_calls" 1 "systally has counted calls of its target"
at_least "$others_calls" 1 "the tracers were to count calls of the bystander"
for who in forks bystander target; do
	talk_ask $who stop stopped
	talk_end $who
done
is "$(probes_standing)" 0 'in the end, no probe is left'
is "$(flags_differ none)" '' 'in the end, no task carries the flag'
referee_unload
finish
