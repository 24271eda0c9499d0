# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Other tracers, for the tests of coexistence. Each counts the getppid() calls
# of one process, at sys_enter, sys_exit, or both. Sourced after flags.sh,
# because its module flags is one of the tracers.

TR=/sys/kernel/tracing
# The number of the call that puppets and storms make
getppid_nr=110
kernel=$(uname -r)
# bpftrace looks for kernel headers below /lib/modules.
headers=$(sed -n 's/^include \(.*\)\/Makefile$/\1/p' \
	"/lib/modules/$kernel/build/Makefile" 2>/dev/null)
if [ -n "$headers" ]; then
	export BPFTRACE_KERNEL_SOURCE=$headers
	export BPFTRACE_KERNEL_BUILD=/lib/modules/$kernel/build
fi

# NAME of each, and the program or feature that it needs
tracers='
perf-raw perf
perf-call perf
perf-record perf
perf-trace perf
events-call tracefs
events-syscalls tracefs
events-raw tracefs
hist-call hist
hist-raw hist
instance-call tracefs
instance-raw tracefs
bpftrace-call bpftrace
bpftrace-raw bpftrace
bpftrace-kprobe bpftrace
bpftrace-kfunc kfunc
rawtp-enter rawtp
rawtp-exit rawtp
syscount syscount
module-enter-register referee
module-enter-prio referee
module-enter-may_exist referee
module-exit-register referee
module-exit-may_exist referee
'

# on_function NAME: whether it probes the function of the call. Then calls pass
# no tracepoint because of it. (kfunc is bpftrace's name for fentry.)
on_function() {
	[[ $1 = bpftrace-kprobe || $1 = bpftrace-kfunc ]]
}

# tracer_missing NAME: prints what this tracer lacks; nothing if it can run
tracer_missing() {
	local needs

	needs=$(awk -v name="$1" '$1 == name { print $2 }' <<<"$tracers")
	case $needs in
	tracefs)
		[ -d $TR/events/syscalls ] || echo 'no syscall events here'
		;;
	hist)
		[ -e $TR/events/raw_syscalls/sys_enter/hist ] ||
			echo 'no hist triggers here'
		;;
	kfunc)
		command -v bpftrace >/dev/null || echo 'no bpftrace here'
		# Some kernels' BTF lacks functions, as 6.1.0-56 lacks this one.
		grep -qaF __x64_sys_getppid /sys/kernel/btf/vmlinux ||
			echo 'no BTF of __x64_sys_getppid here'
		;;
	syscount)
		command -v syscount >/dev/null || echo 'no syscount here'
		[ -e /sys/kernel/btf/vmlinux ] || echo 'no BTF here'
		;;
	referee | rawtp) ;;
	*) command -v "$needs" >/dev/null || echo "no $needs here" ;;
	esac
}

# tracer_base: for counters that cannot be reset, their value at the start
declare -A tracer_pid tracer_ctl tracer_ack tracer_base

# tracer_events NAME: prints the folder of its events in tracefs
tracer_events() {
	case $1 in
	instance-*) printf '%s' "$TR/instances/other/" ;;
	*) printf '%s' "$TR/" ;;
	esac
	case $1 in
	*-call) echo events/syscalls/sys_enter_getppid ;;
	*-syscalls) echo events/syscalls ;;
	hist-raw) echo events/raw_syscalls/sys_enter ;;
	*-raw) echo events/raw_syscalls ;;
	esac
}

hist_of() {
	case $1 in
	hist-call) echo "hist:keys=common_pid if common_pid == $2" ;;
	hist-raw) echo "hist:keys=id if common_pid == $2 && id == $getppid_nr" ;;
	esac
}

# hist_count FOLDER
hist_count() {
	awk '/hitcount:/ { sum += $NF } END { print sum + 0 }' "$1/hist"
}

# module_count NAME
module_count() {
	local probe=${1#module-} line

	while read -r line; do
		[[ $line != "sys_${probe/-/ }"* ]] || echo "${line##* }"
	done <"$F/probes"
}

# perf_begin NAME COMMAND...: starts perf with events off, and with pipes for
# orders and their acknowledgements
perf_begin() {
	local name=$1 ctl ack

	shift
	mkfifo "$T/$name.ctl" "$T/$name.ack"
	"$@" --delay=-1 --control="fifo:$T/$name.ctl,$T/$name.ack" \
		-o "$T/$name.data" >"$T/$name.out" 2>&1 &
	tracer_pid[$name]=$!
	exec {ctl}<>"$T/$name.ctl" {ack}<>"$T/$name.ack"
	tracer_ctl[$name]=$ctl
	tracer_ack[$name]=$ack
	rm -f "$T/$name.data"
}

# perf_ask NAME ORDER
perf_ask() {
	local line

	echo "$2" >&"${tracer_ctl[$1]}"
	line=''
	read -r -t 240 -u "${tracer_ack[$1]}" line
	[[ $line = *ack* ]] ||
		bail "$1 does not acknowledge $2: $(<"$T/$1.out")"
}

# On 7.x a BPF program on sys_enter can be preempted, and the kernel then skips
# it for other tasks on that CPU (recursion_misses in bpf_prog_info). So a
# process that such programs count gets a CPU of its own. Older kernels, without
# cpuset.cpus.isolated, do not need that, and would move their own threads off
# the CPUs they belong to.
cgroups=/sys/fs/cgroup
isolated=0

is_bpf() {
	[[ $1 = bpftrace-* || $1 = rawtp-* || $1 = syscount ]]
}

# isolate TGID: gives it a CPU of its own; called once for each tracer
isolate() {
	isolated=$((isolated + 1))
	[ $isolated -eq 1 ] || return 0
	mountpoint -q $cgroups || mount -t cgroup2 cgroup2 $cgroups
	echo +cpuset >$cgroups/cgroup.subtree_control
	[ -e $cgroups/cpuset.cpus.isolated ] || return 0
	mkdir -p $cgroups/watched
	echo 1 >$cgroups/watched/cpuset.cpus
	echo root >$cgroups/watched/cpuset.cpus.partition
	[ "$(<$cgroups/watched/cpuset.cpus.partition)" = root ] ||
		bail 'no CPU can be isolated for one process'
	echo "$1" >$cgroups/watched/cgroup.procs
}

# isolate_end: ends that after the last tracer
isolate_end() {
	isolated=$((isolated - 1))
	[ $isolated -eq 0 ] && [ -d $cgroups/watched ] || return 0
	cat $cgroups/watched/cgroup.procs >$cgroups/cgroup.procs
	rmdir $cgroups/watched
}

# tracer_start NAME TGID: starts counting the calls of that process, which has
# one thread. The process may run during tracer_prepare, but must rest during
# tracer_go.
tracer_start() {
	tracer_prepare "$@"
	tracer_go "$@"
}

tracer_prepare() {
	local name=$1 tgid=$2 folder probe filter out=$T/$1.out

	rm -f "$out"
	! is_bpf "$name" || isolate "$tgid"
	case $name in
	perf-raw)
		perf_begin "$name" perf stat --verbose --no-scale -a \
			-e raw_syscalls:sys_enter \
			--filter "id == $getppid_nr && common_pid == $tgid"
		;;
	perf-call)
		perf_begin "$name" perf stat --verbose --no-scale -p "$tgid" \
			-e syscalls:sys_enter_getppid
		;;
	perf-record)
		perf_begin "$name" perf record -B -N --synth=no -m 4096 -c 1 \
			-p "$tgid" -e syscalls:sys_enter_getppid
		;;
	perf-trace)
		perf trace -S -e getppid -p "$tgid" -o "$out" &
		tracer_pid[$name]=$!
		;;
	events-* | instance-*)
		[[ $name != instance-* ]] || mkdir "$TR/instances/other"
		folder=$(tracer_events "$name")
		echo 8192 >"${folder%%/events/*}/buffer_size_kb"
		echo "common_pid == $tgid" >"$folder/filter"
		echo 1 >"$folder/enable"
		;;
	hist-*)
		folder=$(tracer_events "$name")
		hist_of "$name" "$tgid" >"$folder/trigger"
		;;
	bpftrace-*)
		filter="pid == $tgid"
		case $name in
		*-call) probe=tracepoint:syscalls:sys_enter_getppid ;;
		*-kprobe | *-kfunc) probe=${name#*-}:__x64_sys_getppid ;;
		*-raw)
			probe=tracepoint:raw_syscalls:sys_enter
			filter+=" && args->id == $getppid_nr"
			;;
		esac
		bpftrace -B line -e "$probe /$filter/ { @ = count(); }
			interval:ms:100 { printf(\"on\\n\"); }" \
			>"$out" 2>&1 &
		tracer_pid[$name]=$!
		;;
	rawtp-*)
		talk_start "$name" "$WORKLOAD/rawtp" "sys_${name#*-}" "$tgid" \
			"$getppid_nr"
		;;
	syscount)
		stdbuf -oL syscount -p "$tgid" >"$out" 2>&1 &
		tracer_pid[$name]=$!
		;;
	module-*)
		probe=${name#module-}
		echo "$tgid $getppid_nr" >"$F/watch"
		echo "+sys_${probe/-/ }" >"$F/probes"
		;;
	esac
}

# tracer_says NAME PATTERN: waits for such a line of its output. Before 5.15, 9p
# reads single pages, so loading bpftrace's libraries takes a minute in a storm.
tracer_says() {
	local status=''

	patience=240 wait_for tracer_said "$1" "$2"
	grep -q "$2" "$T/$1.out" && return
	# Its status tells what has ended it; 127 if it has not ended.
	kill -0 "${tracer_pid[$1]}" 2>/dev/null && status=127
	[ -n "$status" ] || { wait "${tracer_pid[$1]}"; status=$?; }
	bail "$1 does not begin, status $status: $(tr "\n" " " <"$T/$1.out")"
}

# tracer_said NAME PATTERN: succeeds if it has printed such a line or has ended
tracer_said() {
	grep -q "$2" "$T/$1.out" || gone "${tracer_pid[$1]}"
}

tracer_go() {
	local name=$1 tgid=$2 folder

	case $name in
	perf-raw | perf-call | perf-record) perf_ask "$name" enable ;;
	bpftrace-*) tracer_says "$name" '^on' ;;
	syscount) tracer_says "$name" '^Tracing' ;;
	rawtp-*) talk_until "$name" tracing ;;
	events-* | instance-*)
		folder=$(tracer_events "$name")
		: >"${folder%%/events/*}/trace"
		;;
	hist-*)
		folder=$(tracer_events "$name")
		tracer_base[$name]=$(hist_count "$folder")
		;;
	module-*) tracer_base[$name]=$(module_count "$name") ;;
	esac
}

# tracer_end NAME SIGNAL: ends it; its last output is in $T/NAME.out
tracer_end() {
	kill "-$2" "${tracer_pid[$1]}"
	wait "${tracer_pid[$1]}" 2>/dev/null
	unset "tracer_pid[$1]"
}

# tracer_stop NAME: ends it, and sets $counted to the calls that it has counted.
# Not for use in a subshell, which cannot wait for the tracer.
# shellcheck disable=SC2034 # the test files use it
tracer_stop() {
	local name=$1 ctl ack folder trace probe

	counted=0
	case $name in
	perf-raw | perf-call | perf-record)
		perf_ask "$name" disable
		tracer_end "$name" INT
		ctl=${tracer_ctl[$name]} ack=${tracer_ack[$name]}
		exec {ctl}>&- {ack}>&-
		rm "$T/$name.ctl" "$T/$name.ack"
		;;
	perf-trace | bpftrace-* | syscount) tracer_end "$name" INT ;;
	esac
	case $name in
	perf-raw | perf-call)
		# perf's raw count, which --verbose shows. If late ticks correct
		# the guest's clock, the clock may not advance during the run,
		# and perf then prints `<not counted>` below.
		counted=$(awk '$1 ~ /sys_enter[a-z_]*:$/ { print $2 }' \
			"$T/$name.data")
		;;
	perf-record)
		counted=$(perf script -F comm -i "$T/$name.data" 2>/dev/null |
			wc -l)
		;;
	perf-trace)
		counted=$(awk '$1 == "getppid" && $2 ~ /^[0-9]+$/ {
			sum += $2 } END { print sum + 0 }' "$T/$name.out")
		;;
	events-* | instance-*)
		folder=$(tracer_events "$name")
		trace=${folder%%/events/*}
		echo 0 >"$folder/enable"
		counted=$(events_count "$name" "$trace")
		echo 0 >"$folder/filter"
		: >"$trace/trace"
		[[ $name != instance-* ]] || rmdir "$trace"
		;;
	hist-*)
		folder=$(tracer_events "$name")
		counted=$(($(hist_count "$folder") - tracer_base[$name]))
		sed -n 's/^\(hist:.*\) \[active\]$/!\1/p' "$folder/trigger" \
			>"$T/trigger"
		cat "$T/trigger" >"$folder/trigger"
		;;
	bpftrace-*)
		counted=$(awk '$1 == "@:" { print $2 }' "$T/$name.out")
		;;
	syscount)
		counted=$(awk '$1 == "getppid" { sum += $2 }
			END { print sum + 0 }' "$T/$name.out")
		;;
	rawtp-*)
		talk_ask "$name" '' 'done'
		counted=$(said "$name" calls)
		talk_end "$name"
		;;
	module-*)
		probe=${name#module-}
		counted=$(($(module_count "$name") - tracer_base[$name]))
		echo "-sys_${probe/-/ }" >"$F/probes"
		;;
	esac
	! is_bpf "$name" || isolate_end
}

# events_count NAME FOLDER: prints the number of events in a buffer, if none was
# lost. If the buffer also has other calls, it counts those of getppid. Entries
# and exits must be equal.
events_count() {
	cat "$2"/per_cpu/cpu*/stats | awk '
		($1 == "overrun:" || $1 == "dropped") && $NF { lost += $NF }
		END { if (lost) print lost " lost, " }'
	case $1 in
	*-call)
		cat "$2"/per_cpu/cpu*/stats | awk '$1 == "entries:" {
			sum += $2 } END { print sum }'
		;;
	*)
		awk '/sys_getppid\(/ || /sys_enter: NR 110 / { entries++ }
		/sys_getppid -> / || /sys_exit: NR 110 / { exits++ }
		END {
			print entries + 0
			if (exits != entries)
				print "but", exits + 0, "exits"
		}' "$2/trace"
		;;
	esac
}
