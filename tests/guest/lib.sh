# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2119
#
# Functions of the guest tests: TAP, loading and unloading the module, writing
# controls, reading counters, and sending orders to workloads. Every .t file of
# this folder sources it, loads the module, and ends with `finish`. Runs as root
# in the lab's guest only.

set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
SYSTALLY_KO=${SYSTALLY_KO:-$root/module/systally.ko}
SYSTALLY=${SYSTALLY:-$root/userland/systally}
WORKLOAD=${WORKLOAD:-$root/tests/workload}
# shellcheck disable=SC2034 # the test files use it
LONG=${SYSTALLY_LONG:-}
D=/sys/kernel/debug/systally
# Kernels that check themselves are about five times as slow.
slowness=1
[[ $(uname -r) != *-systally-* ]] || slowness=5
# Without a calibrated TSC, as on these kernels, the clock advances only by ticks.
# Short calls may take no time at all then, not even many together.
# shellcheck disable=SC2034 # the test files use it
coarse_clock=$(grep -c jiffies \
	/sys/devices/system/clocksource/clocksource0/current_clocksource)
T=$(mktemp -d "${TMPDIR:-/tmp}/systally-test.XXXXXX")
# The module loads ten times as fast from the guest's own memory.
cp "$SYSTALLY_KO" "$T/systally.ko" 2>/dev/null &&
	SYSTALLY_KO=$T/systally.ko
export SYSTALLY_KO SYSTALLY WORKLOAD D T

# shellcheck source-path=SCRIPTDIR
. "$here/../tap.sh"

# ---- processes ----------------------------------------------------------

# state_is PID LETTER: the process has this state in /proc
state_is() {
	local line

	read -r line <"/proc/$1/stat" && line=${line##*) } &&
		[ "${line:0:1}" = "$2" ]
}

gone() {
	[ ! -e "/proc/$1" ]
}

# workers_stopped NUMBER: succeeds if as many sessions have one target that is
# stopped. Sets $workers to these.
workers_stopped() {
	local folder pid

	workers=''
	for folder in "$D"/sessions/s*; do
		read -r pid <"$folder/targets"
		[ "$pid" = all ] || ! state_is "$pid" T || workers+="$pid "
	done
	[ "$(wc -w <<<"$workers")" = "$1" ]
}

# ---- the module ---------------------------------------------------------

loaded() {
	[ -d /sys/module/systally ]
}

mount_debugfs() {
	mountpoint -q /sys/kernel/debug ||
		mount -t debugfs debugfs /sys/kernel/debug
}

# direct_missing: prints why this kernel does not support hook=direct, by its
# version and by what ftrace lists; nothing if it does
direct_missing() {
	local sites=/sys/kernel/debug/tracing/available_filter_functions

	mount_debugfs
	if [ "$(printf '5.16\n%s\n' "$(uname -r)" | sort -V | head -n 1)" != 5.16 ] ||
	   ! grep -qx __x64_sys_getpgid $sites; then
		echo "$(uname -r) has no direct calls of ftrace"
	fi
}

# dispatch_missing: the same for the functions that hand each call to its own
# function; where they are missing, hook=direct uses the calls' own functions
dispatch_missing() {
	local sites=/sys/kernel/debug/tracing/available_filter_functions found

	mount_debugfs
	found=$(grep -cxE '(x64|ia32)_sys_call' $sites 2>/dev/null)
	[ "$found" = 2 ] ||
		echo "$(uname -r) has no ftrace site in x64_sys_call"
}

need_direct() {
	local why

	why=$(direct_missing)
	[ -z "$why" ] || skip_all "$why"
}

# load [PARAMETER=VALUE...]
# shellcheck disable=SC2120 # a bare load is the usual one
load() {
	mount_debugfs
	loaded && unload
	insmod "$SYSTALLY_KO" "$@"
}

unload() {
	rmmod systally
}

# shellcheck disable=SC2120
need_load() {
	load "$@" || bail "insmod $SYSTALLY_KO $* failed"
}

# ctl FILE VALUE: one write, which must succeed. Line feeds become blanks,
# because bash would write each line separately.
ctl() {
	printf '%s\n' "${2//$'\n'/ }" >"$D/$1" || {
		note "writing '$2' to $1 failed"
		return 1
	}
}

# refused FILE VALUE [ctlwrite's options]: writes it, and prints the errno's
# name, or `ok`. \n and \0 in VALUE mean these characters.
refused() {
	local file=$1 value=$2

	shift 2
	"$WORKLOAD/ctlwrite" "$@" "$D/$file" "$value"
}

# settings [BUT]: prints what all controls read, except those that match BUT.
# Like status, it starts no processes: a fork costs milliseconds here.
# shellcheck disable=SC2120
settings() {
	local control value

	for control in enabled collect hook targets follow syscalls threads; do
		[[ ! $control =~ ^(${1:-none})$ ]] || continue
		IFS= read -r -d '' value <"$D/$control"
		value=${value%$'\n'}
		printf '%s=%s ' "$control" "${value//$'\n'/ }"
	done
}

# ---- results ------------------------------------------------------------

# status KEY
status() {
	local key value

	while read -r key value; do
		if [ "$key" = "$1:" ]; then
			echo "$value"
			return
		fi
	done <"$D/status"
	echo missing
}

# count TGID|all ABI|all NAME: calls, 0 without a row
count() {
	column "$1" "$2" "$3" count
}

# column TGID|all ABI|all NAME COLUMN: the column's sum
column() {
	awk -v tgid="$1" -v abi="$2" -v name="$3" -v column="$4" '
		NR == 1 {
			for (i = 1; i <= NF; i++)
				at[$i] = i
			next
		}
		$at["name"] == name && (tgid == "all" || $at["tgid"] == tgid) &&
		(abi == "all" || $at["abi"] == abi) {
			sum += $at[column]
		}
		END { printf "%.0f\n", sum }' "$D/counters"
}

# calls_beyond: prints 1 if this kernel calls a function for numbers beyond its
# table of calls, where it has no x64_sys_call(): 7.2 does, 7.3 does not
calls_beyond() {
	[[ $(uname -r) =~ ^7\.([3-9]|[1-9][0-9]) ]] || echo 1
}

# totals: checks that entered is tallied + unattributed, and that the rows of
# `counters` have the same sum. Prints the differences. No call may be counted
# meanwhile.
totals() {
	compare /dev/null
}

# compare FILE: prints how the counts differ from those of the workloads, whose
# output is in FILE. It is also a difference if a workload printed nothing or
# failed (see `workload`). With /dev/null it checks the totals only.
compare() {
	local filter

	read -r filter <"$D/syscalls"
	awk -v hook="$(<"$D/hook")" -v collect="$(<"$D/collect")" \
		-v sites="$(status direct_sites)" -v filter="$filter" \
		-v beyond="$(calls_beyond)" \
		-v expected="$([ "$1" = /dev/null ] || echo 1)" \
		-f "$here/compare.awk" \
		file=expected "$1" file=counters "$D/counters" \
		file=errors "$D/errors" file=status "$D/status" ||
		echo 'compare.awk has failed'
}

# ---- workloads ----------------------------------------------------------

# workload NAME [ARGUMENT...]: runs it until it ends. If it fails, a line in its
# output makes `compare` report that.
workload() {
	local status

	"$WORKLOAD/$1" "${@:2}"
	status=$?
	[ $status -eq 0 ] || echo "died $1 status $status"
	return $status
}

# ended PID FILE: waits for a workload that runs in the background and writes to
# FILE; does the same if it fails
ended() {
	local status

	wait "$1"
	status=$?
	[ $status -eq 0 ] || echo "died $1 status $status" >>"$2"
	return $status
}

declare -A talk_in talk_out talk_pid

# talk_start NAME COMMAND...: starts it as a coprocess. Storms are started with
# `nice`, because the tests would get no CPU time otherwise.
talk_start() {
	local name=$1 in out

	shift
	mkfifo "$T/$name.in" "$T/$name.out"
	"$@" <"$T/$name.in" >"$T/$name.out" &
	talk_pid[$name]=$!
	exec {in}>"$T/$name.in" {out}<"$T/$name.out"
	talk_in[$name]=$in
	talk_out[$name]=$out
	rm "$T/$name.in" "$T/$name.out"
}

talk_say() {
	echo "$2" >&"${talk_in[$1]}"
}

# talk_until NAME WORD: waits for the line WORD. Writes the lines before it to
# $T/NAME.said.
talk_until() {
	local line end=$((SECONDS + slowness * 240))

	: >"$T/$1.said"
	while [ "$SECONDS" -lt "$end" ]; do
		read -r -t $((slowness * 240)) -u "${talk_out[$1]}" line || break
		[ "$line" != "$2" ] || return 0
		echo "$line" >>"$T/$1.said"
	done
	bail "$1 does not print $2"
}

# talk_ask NAME ORDER WORD: sends ORDER and waits for the line WORD
talk_ask() {
	talk_say "$1" "$2"
	talk_until "$1" "$3"
}

# talk_end NAME: closes its stdin; returns its exit status
talk_end() {
	local in=${talk_in[$1]} out=${talk_out[$1]} status

	exec {in}>&- {out}<&-
	wait "${talk_pid[$1]}"
	status=$?
	unset "talk_pid[$1]"
	return $status
}

# said NAME WORD: prints the rest of each line that begins with WORD
said() {
	local line word

	while read -r word line; do
		[ "$word" != "$2" ] || echo "$line"
	done <"$T/$1.said"
}

# storm_total NAME [PID|all] [CALL|all]: prints how many calls a parked storm
# has made
storm_total() {
	awk -v pid="${2:-all}" -v name="${3:-all}" '
		$1 == "storm" && (pid == "all" || $2 == pid) &&
		(name == "all" || $4 == name) { sum += $5 }
		END { printf "%.0f\n", sum }' "$T/$1.said"
}

# The calls that storms make, as a value for `syscalls`
# shellcheck disable=SC2034 # the test files use it
storm_calls='getppid getpgid getsid getpriority close poll select'

# ---- the end ------------------------------------------------------------

clean() {
	local pid

	for pid in "${talk_pid[@]}" $(jobs -p); do
		kill "$pid" 2>/dev/null
		kill -CONT "$pid" 2>/dev/null
	done
	rm -rf "$T"
	if loaded; then
		becomes rmmod systally >/dev/null
	fi
}
trap clean EXIT

# shellcheck source-path=SCRIPTDIR
. "$here/splats.sh"
splats_begin "${0##*/}"

# leftovers: prints which parts of the module are still there
leftovers() {
	[ ! -e "$D" ] || echo "$D"
	[ ! -e /sys/module/systally ] || echo /sys/module/systally
}

# leftovers_all: the same, with entries in the kernel's own lists; slower
leftovers_all() {
	leftovers
	grep -w systally /proc/modules
	grep '\[systally\]' /proc/kallsyms
	grep '\[systally\]' /proc/vmallocinfo
	if [ -r /sys/kernel/debug/kprobes/list ]; then
		grep systally /sys/kernel/debug/kprobes/list
	fi
	return 0
}

# finish: the last three tests of each file, and the plan
finish() {
	local error

	if loaded; then
		error=$(unload 2>&1)
		ok $? 'the module unloads' || note "$error"
	else
		ok 0 'the module is unloaded'
	fi
	is "$(leftovers_all)" '' 'nothing of the module is left'
	is "$(splat_lines)" '' 'no splat in the kernel log'
	done_testing
	note "took $SECONDS s"
}
