#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Eight writers change all settings at random, while four readers read all files
# and processes start and exit: no call is lost, and afterwards everything works
# as before.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

need_load memory_max_bytes=16M follow=1 "syscalls=$filter"
# With naps: otherwise storms and changes slow each other down
pids=()
talk_start native "$WORKLOAD/storm" -n 2 2
talk_start compat "$WORKLOAD/storm32" -n 1 2
talk_start forks "$WORKLOAD/storm" -f -n 2 2
for storm in native compat forks; do
	talk_until $storm ready
	mapfile -t -O "${#pids[@]}" pids < <(said $storm process)
	talk_ask $storm go going
done

# switch: chooses one change, in $control and $value
switch() {
	# Quick changes are chosen more often.
	one_of targets targets targets targets targets targets hook collect \
		enabled follow follow syscalls syscalls threads reset reset
	control=$REPLY
	case $control in
	targets)
		one_of all none "${pids[@]}" "+${pids[RANDOM % ${#pids[@]}]}" \
			"-${pids[RANDOM % ${#pids[@]}]}" "${pids[*]}" \
			"none +${pids[RANDOM % ${#pids[@]}]}" 4194304 nonsense
		;;
	hook) one_of auto tracepoint tracepoint kprobe direct ;;
	collect) one_of count time hist ;;
	# `all` takes many seconds with hook=kprobe.
	syscalls) one_of "$filter" getppid,poll openat,read,close i386:close ;;
	reset) REPLY=1 ;;
	*) one_of 0 1 ;;
	esac
	value=$REPLY
}

# writer SEED: prints how often it wrote, and how often that was refused
writer() {
	local control value written=0 refused=0

	RANDOM=$1
	# At least three each, also on a slow machine
	while storming || [ "$written" -lt 3 ]; do
		switch
		written=$((written + 1))
		{ printf '%s\n' "$value" >"$D/$control"; } 2>/dev/null ||
			refused=$((refused + 1))
	done
	echo "$written $refused"
}

# reader FILE...: prints how many reads failed, of how many
reader() {
	local file reads=0 failed=0

	while storming || [ "$reads" -eq 0 ]; do
		for file; do
			reads=$((reads + 1))
			cat "$D/$file" >"$T/read.$BASHPID" 2>/dev/null ||
				failed=$((failed + 1))
			sleep 0.01
		done
	done
	rm -f "$T/read.$BASHPID"
	echo "$failed of $reads"
}

files=(counters snapshot errors inflight status README enabled collect hook
	targets follow syscalls threads)
for_seconds "$storm_seconds"
jobs=()
for i in {1..8}; do
	writer $((seed + i)) >"$T/writer$i" &
	jobs+=($!)
done
for i in 1 2 3; do
	reader "${files[@]:i}" "${files[@]:0:i}" >"$T/reader$i" &
	jobs+=($!)
done
nice -n 10 "$WORKLOAD/snapread" pid "${jobs[0]}" >"$T/reader4" &
jobs+=($!)
wait "${jobs[@]}"
for storm in native compat forks; do
	talk_ask $storm pause parked
	cp "$T/$storm.said" "$T/$storm.before"
done
read -r written refused < <(awk '{ written += $1; refused += $2 }
	END { print written, refused }' "$T"/writer*)
at_least "$written" 20 'at least 20 settings were written'
at_least "$((written * 3 / 4))" "$refused" \
	'at least a quarter of them were accepted'
is "$(cat "$T"/reader[123] | grep -c '^0 of [1-9]')" 3 \
	'three readers have read, and no read failed'
like "$(<"$T/reader4")" '^ok [1-9][0-9]*$' 'every snapshot adds up'
note "$written written by 8, $refused refused;" \
	"$(cat "$T"/reader* | xargs) reads"
verdict switches "$written" 'settings written'
# Otherwise this shell and its children would be counted, too.
ctl targets none
is "$("$WORKLOAD/snapread")" 'ok 1' 'the last snapshot adds up'
# The settings can be anything now. `hook` first: kprobes on all calls take
# minutes on a kernel that checks itself.
ctl enabled 1
ctl threads 0
ctl collect count
ctl hook auto
ctl syscalls all

# Now every call of the targets is counted exactly again.
ctl follow 1
ctl collect time
ctl hook tracepoint
ctl syscalls "$filter"
ctl targets "${pids[*]}"
ctl reset 1
for storm in native compat forks; do
	talk_ask $storm go going
done
sleep 0.3
for storm in native compat forks; do
	talk_ask $storm stop stopped
	talk_end $storm
done
awk '$1 == "storm" {
	sum[$3 " " $4] += FILENAME ~ /before$/ ? -$5 : $5
}
END {
	for (call in sum) {
		print "count", call, sum[call]
		if (call ~ /close/)
			print "error", call, 9, sum[call]
	}
}' "$T"/{native,compat,forks}.{before,said} >"$T/expect"
is "$(compare "$T/expect")" '' 'afterwards, counts are exact'
ctl targets none
is "$(settings 'hook|syscalls')" \
	'enabled=1 collect=time targets=none follow=1 threads=0 ' 'the controls read what was written'
storms_finish
