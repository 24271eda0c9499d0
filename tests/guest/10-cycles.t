#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module is loaded and unloaded under load, 9 times, or 1,000 with
# SYSTALLY_LONG=1; and while calls are blocked in the kernel. rmmod fails while
# a file is open. Nothing of the module is left, and no memory is lost.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

cycles=9
[ -z "$LONG" ] || cycles=1000

# kernel_kb: unreclaimable slabs, per-CPU and vmalloc memory, in kB
kernel_kb() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '$1 == "SUnreclaim:" || $1 == "Percpu:" || $1 == "VmallocUsed:" {
		sum += $2 } END { print sum }' /proc/meminfo
}

no_direct=$(direct_missing)
[ -z "$no_direct" ] || note "without hook=direct: $no_direct"
filter=${storm_calls// /,}
talk_start storm nice -n 19 "$WORKLOAD/storm" 2 2
talk_start forks nice -n 19 "$WORKLOAD/storm" -f 1 2
talk_until storm ready
talk_until forks ready
target=$(said storm process | head -n 1)
talk_ask storm go going
talk_ask forks go going

failed='' left='' uncounted=''
# one_cycle N
one_cycle() {
	local parameters=()

	case $(($1 % 6)) in
	0) parameters=(targets=all) ;;
	1) parameters=(targets=all collect=time) ;;
	2) parameters=(targets=all hook=kprobe "syscalls=$filter") ;;
	3) parameters=(targets="$target" collect=time follow=1) ;;
	4) parameters=(targets=all hook=kprobe "syscalls=$filter"
		collect=time) ;;
	5) parameters=(targets=all hook=direct)
		[ -z "$no_direct" ] || parameters=(targets=all) ;;
	esac
	insmod "$SYSTALLY_KO" "${parameters[@]}" || failed+="load $1, "
	becomes sh -c "grep -q 'entered: [1-9]' $D/status" ||
		uncounted+="$1 "
	[ $(($1 % 3)) -ne 0 ] || cat "$D/counters" >/dev/null
	rmmod systally || failed+="unload $1, "
	left+=$(leftovers)
}

# The first ones fill caches.
for ((cycle = 0; cycle < 6; cycle++)); do
	one_cycle $cycle
done
before=$(kernel_kb)
for (( ; cycle < cycles; cycle++)); do
	one_cycle $cycle
	((cycle % 50)) || note "cycle $cycle of $cycles"
done
after=$(kernel_kb)
is "$failed" '' "$cycles loads and unloads under load"
is "$uncounted" '' 'calls were counted in each cycle'
is "$left" '' 'nothing was left after any cycle'
note "kernel memory: $before kB after 6 cycles, $after kB after $cycles"
at_least $((before + 2048)) "$after" 'kernel memory grows by less than 2 MB'
talk_ask storm stop stopped
talk_ask forks stop stopped
talk_end storm
talk_end forks
is "$(awk '/^systally/' /proc/modules)" '' 'the module is not loaded'
is "$(splat_lines)" '' 'no splat until here'

# Calls that are blocked in the kernel when the module is unloaded: each hook, at
# one level, or at both with SYSTALLY_LONG=1
for hook in tracepoint kprobe direct; do
	for collect in count time; do
		[ $hook/$collect != direct/time ] || continue
		[ -n "$LONG" ] || [ $hook/$collect != kprobe/count ] || continue
		[ -n "$LONG" ] || [ $hook/$collect != tracepoint/count ] ||
			continue
		if [ $hook = direct ] && [ -n "$no_direct" ]; then
			skip "$hook/$collect" "$no_direct"
			continue
		fi
		load "collect=$collect" follow=1 "hook=$hook" \
			"syscalls=read,futex,poll,nanosleep,pause,getppid"
		talk_start blocked "$WORKLOAD/blocked" -t
		talk_until blocked ready
		error=$(unload 2>&1)
		# The parent has the file targets open.
		like "$error" 'in use' \
			"$hook/$collect: rmmod fails while a file is open"
		talk_ask blocked '' 'done'
		talk_end blocked
		# A target before its calls, and no file is open.
		ctl reset 1
		talk_start blocked "$WORKLOAD/blocked" -s
		wait_for state_is "${talk_pid[blocked]}" T
		ctl targets "${talk_pid[blocked]}"
		kill -CONT "${talk_pid[blocked]}"
		talk_until blocked ready
		entered="$(count all x86-64 nanosleep) "
		entered+=$(count all x86-64 pause)
		error=$(unload 2>&1)
		# The calls return without the module.
		talk_ask blocked '' 'done'
		talk_end blocked
		is "$entered $error$(leftovers)$(said blocked count)" \
			'1 1 x86-64 getppid 505' \
			"$hook/$collect: it unloads while calls are blocked"
	done
done

# Each file, while it is open
load targets=all
for file in counters snapshot errors inflight status README; do
	exec 9<"$D/$file"
	read -r -n 1 -u 9 _
	error=$(unload 2>&1)
	like "$error $(loaded && echo loaded)" 'in use.* loaded$' \
		"rmmod fails while $file is open"
	exec 9<&-
done

finish
