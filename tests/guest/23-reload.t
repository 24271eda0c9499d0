#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module is loaded and unloaded in a loop, with random settings, while
# readers have files open or open them, and calls are blocked in the kernel:
# rmmod fails, or removes everything, and each time the counts add up.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

no_direct=$(direct_missing)
talk_start storm nice -n 19 "$WORKLOAD/storm" -n 1 2
talk_start forks nice -n 19 "$WORKLOAD/storm" -f -n 1 2
talk_until storm ready
talk_until forks ready
target=$(said storm process | head -n 1)
talk_ask storm go going
talk_ask forks go going

files=(counters snapshot errors inflight status README enabled collect hook
	targets follow syscalls threads)

# reader SEED: opens files that exist or not, reads a part, and keeps them open
# for a while. Prints how often.
reader() {
	local reads=0 _

	RANDOM=$1
	while [ -e "$T/go" ]; do
		while [ -e "$T/hold" ]; do
			sleep 0.01
		done
		one_of "${files[@]}"
		{ exec 9<"$D/$REPLY"; } 2>/dev/null || {
			sleep 0.05
			continue
		}
		read -r -n 10 -u 9 _
		sleep 0.0$((RANDOM % 5))
		[ "$REPLY" = snapshot ] || read -r -u 9 _
		exec 9<&-
		reads=$((reads + 1))
	done
	echo $reads
} 2>/dev/null

# sleeper: a process that blocks in one call after the other
sleeper() {
	while [ -e "$T/go" ]; do
		read -r -t 0.$((RANDOM % 9)) <>"$T/fifo"
	done
}

# load_parameters: sets the array parameters at random
load_parameters() {
	one_of count count time hist
	parameters=("collect=$REPLY" "follow=$((RANDOM % 2))")
	one_of all all none "$target"
	parameters+=("targets=$REPLY")
	one_of auto tracepoint kprobe direct
	case $REPLY in
	direct)
		[ -z "$no_direct" ] || REPLY=tracepoint
		parameters[0]=collect=count
		;;
	kprobe) parameters+=("syscalls=$filter") ;;
	esac
	parameters+=("hook=$REPLY")
	((RANDOM % 3)) || parameters+=(memory_max_bytes=4M)
}

mkfifo "$T/fifo"
touch "$T/go"
readers=()
for i in 1 2 3 4; do
	reader $((seed + i)) >"$T/reader$i" &
	readers+=($!)
done
for i in 1 2; do
	sleeper &
	readers+=($!)
done

loads=0 failed='' left='' wrong='' calls=0 refused=0
# A load and its unload wait for many grace periods: some seconds in total.
for_seconds $((2 * storm_seconds))
while storming || [ $loads -lt 3 ]; do
	load_parameters
	insmod "$SYSTALLY_KO" "${parameters[@]}" ||
		failed+="load ${parameters[*]}, "
	loads=$((loads + 1))
	((RANDOM % 3)) || sleep 0.0$((RANDOM % 9))
	((RANDOM % 2)) || echo "+$target" >"$D/targets"
	echo 0 >"$D/enabled"
	calls=$((calls + $(status entered)))
	[ "$(difference)" = 0 ] || wrong+="${parameters[*]}: $(difference), "
	# It fails while a file is open. After 5 tries the readers pause.
	tries=0
	until rmmod systally 2>"$T/rmmod"; do
		grep -q 'in use' "$T/rmmod" || failed+="$(<"$T/rmmod"), "
		tries=$((tries + 1))
		[ $tries -ne 5 ] || touch "$T/hold"
	done
	rm -f "$T/hold"
	refused=$((refused + tries))
	left+=$(leftovers)
done
rm "$T/go"
wait "${readers[@]}"
is "$failed" '' 'each load and unload succeeds, or the module is in use'
is "$left" '' 'nothing is left after any'
is "$wrong" '' 'the totals add up in each cycle'
at_least "$calls" 1 'calls were counted'
at_least "$(cat "$T"/reader? | sort -n | head -n 1)" 1 'each reader has read'
at_least "$refused" 1 'rmmod has failed at least once'
note "storm reload: seed $seed, $loads loads, $refused times refused," \
	"$(cat "$T"/reader? | xargs) files read, $calls calls counted," \
	"difference ${wrong:-0}"
talk_ask storm stop stopped
talk_ask forks stop stopped
talk_end storm
talk_end forks
storms_finish
