#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bad input: random bytes for the controls and the module's parameters, and
# unusual reads of the results. Refused input changes nothing. Damaged snapshots
# and recordings are in tests/build/damaged-input.t.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

need_load memory_max_bytes=16M follow=1 "syscalls=$filter"
talk_start storm nice -n 19 "$WORKLOAD/storm" -n 2 2
talk_until storm ready
mapfile -t pids < <(said storm process)
ctl targets "${pids[*]}"
ctl collect hist
talk_ask storm go going

# Reads of unusual sizes and positions, while calls are counted
before=$(settings)
like "$("$WORKLOAD/scribble" read "$seed" "$storm_seconds")" \
	'^did [1-9][0-9]* [1-9][0-9]* 0$' 'unusual reads return what others return'
note "seed $seed: $("$WORKLOAD/scribble" read $((seed + 1)) 1)"
is "$(settings)" "$before" 'unusual reads change no control'

# Random bytes
scribbled=$("$WORKLOAD/scribble" write "$seed" "$storm_seconds")
like "$scribbled" '^did [1-9][0-9]* [1-9][0-9]* [1-9][0-9]*$' \
	'random bytes are accepted, or refused as the README says'
read -r _ rounds taken refused <<<"$scribbled"
at_least "${taken:-0}" 5 'some input is accepted'
at_least "${refused:-0}" 20 'most input is refused'
note "seed $seed: $rounds writes, $taken taken, $refused refused"

talk_ask storm stop stopped
talk_end storm
ctl targets none
verdict scribble "$rounds" writes
ctl enabled 1
ctl threads 0
ctl syscalls all
ctl collect time
ctl hook auto
ctl reset 1
ctl follow 1
workload calls -t plain >"$T/expect"
is "$(compare "$T/expect")" '' 'afterwards, counts are exact'

is "$("$SYSTALLY" report --format csv 2>/dev/null | grep -c getppid)" 1 \
	'a whole snapshot is reported'
unload

# Parameters: random ones, and ones that must be refused
words=(enabled collect hook targets follow syscalls threads memory_max_bytes)
bad=()
for _ in {1..12}; do
	one_of "${words[@]}"
	# no NUL and no blank, which would end it
	bad+=("$REPLY=x$(LC_ALL=C awk -v seed="$RANDOM" 'BEGIN {
		srand(seed)
		for (i = 0; i < 24; i++)
			printf "%c", 33 + int(rand() * 222)
	}' | tr -d '\0"')")
done
bad+=("syscalls=$(printf '%05000d' 1)" 'targets=99999999999999999999'
	'memory_max_bytes=16X' 'memory_max_bytes=-1' 'nosuch=1')
loaded_by=''
for parameter in "${bad[@]}"; do
	if insmod "$SYSTALLY_KO" "$parameter" 2>/dev/null; then
		[[ $parameter == nosuch=* ]] || loaded_by+="$parameter "
		unload
	fi
done
is "$loaded_by" '' "${#bad[@]} bad parameters: every load fails"

storms_finish
