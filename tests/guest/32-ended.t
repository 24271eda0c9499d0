#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# top, run and record are ended at random moments, by signals, SIGKILL, a reader
# that stalls, a full disk, or a terminal that closes. Within a second its session
# is gone. The settings of the default session are as before, and the exit status
# tells what ended the command.
# SYSTALLY_CASES is the number of cases. SYSTALLY_SEED repeats the choices of a
# run.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/storms.sh"

cases=${SYSTALLY_CASES:-20}

# Signals that end a process; without SIGPIPE, which the command ignores
signals=(HUP INT QUIT USR1 ALRM TERM STKFLT USR2 XCPU XFSZ VTALRM PROF IO PWR 32
	33 34 50 64 KILL SEGV ABRT BUS SYS)
# bash makes its background processes ignore SIGINT and SIGQUIT
# shellcheck disable=SC2016 # perl's
defaults=(perl -e '$SIG{$_} = "DEFAULT" for "INT", "QUIT"; exec @ARGV' --)
# It writes its pid, which shows that it has started. end_case ends it.
# shellcheck disable=SC2016 # that shell's
sleeper=(sh -c 'echo $$ >"$0"; exec sleep 1000' "$T/sleeper")

need_load
ulimit -c 0
sleep 1000 &
bystander=$!
sleep 1000 &
target=$!
mkfifo "$T/full.fifo"
exec {full}<>"$T/full.fifo"
head -c 65536 /dev/zero >&"$full"
mkdir "$T/disk"
mount -t tmpfs -o size=4k none "$T/disk"
head -c 4096 /dev/zero >"$T/disk/all"

# nap: at most half a second
nap() {
	local ms

	printf -v ms %03d $((RANDOM % 500))
	sleep "0.$ms"
}

# sessionless: true if no session is left
sessionless() {
	[ "$(echo "$D"/sessions/*)" = "$D/sessions/new" ]
}

restored() {
	[ "$(settings)" = "$before" ]
}

# begun: true when perl has executed the command, which SIGINT and SIGQUIT end
begun() {
	[ "/proc/$pid/exe" -ef "$SYSTALLY" ]
}

# command_line HOW: sets $command to a command that does not end by itself
command_line() {
	case $1 in
	top) command=(top -L -i 1000 -o "$T/out") ;;
	top-often) command=(top -P -b thread -i 0.02 -o "$T/out") ;;
	top-pid) command=(top -L -p "$target" -i 1000 -o "$T/out") ;;
	run) command=(run -L -e read -o "$T/out" -- "${sleeper[@]}") ;;
	record) command=(record -P -o "$T/out" -- "${sleeper[@]}") ;;
	record-pid) command=(record -p "$target" -o "$T/out") ;;
	record-all) command=(record -b thread -d 1000 -o "$T/out") ;;
	esac
}

# The commands of each kind of case
signal_hows='top top-often top-pid run record record-pid record-all'
stall_hows='top run record record-pid'
terminal_hows='top run record'

# end_case WHAT [STATUS WANTED]: checks the state after a case, and cleans up
end_case() {
	local what="case $i: $1" orphan

	count_of[${1%% *}]=$((${count_of[${1%% *}]:-0} + 1))
	[ $# -lt 3 ] || [ "$2" = "$3" ] ||
		failures+="$what: status $2, not $3"$'\n'
	becomes_soon sessionless ||
		failures+="$what: a session is left: $(ls "$D/sessions")"$'\n'
	restored || failures+="$what: $(settings)"$'\n'
	if [ -s "$T/sleeper" ]; then
		read -r orphan <"$T/sleeper"
		kill -KILL "$orphan" 2>/dev/null
	fi
	rm -f "$T/sleeper"
	ctl reset 1
}

becomes_soon() {
	# shellcheck disable=SC2034 # becomes reads it
	local patience=1

	becomes "$@"
}

# ended WHAT: waits for $pid and sets $status. If $pid does not end, kills it
# and notes a failure.
ended() {
	becomes gone_or_dead "$pid" || {
		failures+="case $i: $1: does not end"$'\n'
		kill -KILL "$pid"
	}
	wait "$pid" 2>/dev/null
	status=$?
}

gone_or_dead() {
	gone "$1" || state_is "$1" Z
}

case_signal() {
	local signal number

	# shellcheck disable=SC2086 # words
	one_of $signal_hows
	command_line "$REPLY"
	one_of "${signals[@]}"
	signal=$REPLY
	number=$signal
	[[ $signal =~ ^[0-9]+$ ]] || number=$(kill -l "$signal")
	"${defaults[@]}" "$SYSTALLY" "${command[@]}" >/dev/null 2>&1 &
	pid=$!
	wait_for begun
	nap
	kill -"$number" "$pid"
	ended "signal $signal: ${command[*]:0:3}"
	end_case "signal $signal: ${command[*]:0:3}" $status $((128 + number))
}

# The pipe is full, and nobody reads from it.
case_stall() {
	# shellcheck disable=SC2086 # words
	one_of $stall_hows
	case $REPLY in
	top*) command=(top -p "$target" -i 0.01 -o "$T/full.fifo") ;;
	run) command=(run -o "$T/full.fifo" -- true) ;;
	record) command=(record -o "$T/full.fifo" -- true) ;;
	record-pid) command=(record -p "$target" -d 0.1 -o "$T/full.fifo") ;;
	esac
	one_of TERM INT USR1
	"${defaults[@]}" "$SYSTALLY" "${command[@]}" >/dev/null 2>&1 &
	pid=$!
	wait_for begun
	nap
	# the command may have passed the first one on to what it runs
	until becomes_soon gone_or_dead "$pid"; do
		kill -"$REPLY" "$pid"
	done
	ended "stall: ${command[*]:0:3}"
	end_case "stall $REPLY: ${command[*]:0:3}" $status \
		$((128 + $(kill -l "$REPLY")))
}

case_disk() {
	# shellcheck disable=SC2086 # words
	one_of $stall_hows
	case $REPLY in
	top*) command=(top -p "$target" -i 0.01 -o "$T/disk/new") ;;
	run) command=(run -o "$T/disk/new" -- true) ;;
	record) command=(record -o "$T/disk/new" -- true) ;;
	record-pid) command=(record -d 0.1 -o "$T/disk/new") ;;
	esac
	"$SYSTALLY" "${command[@]}" >"$T/said" 2>&1 &
	pid=$!
	ended "disk: ${command[*]:0:3}"
	grep -q "^systally: cannot write .*disk/new: No space left" "$T/said" ||
		failures+="case $i: disk: ${command[*]:0:3}: $(<"$T/said")"$'\n'
	end_case "disk ${command[*]:0:3}" $status 1
	rm -f "$T/disk/new"
}

case_terminal() {
	local terminal

	# shellcheck disable=SC2086 # words
	one_of $terminal_hows
	command_line "$REPLY"
	[[ $REPLY != top* ]] || command=(top -p "$target" -i 0.05)
	# shellcheck disable=SC2016 # that shell's
	printf '#!/bin/sh\necho $$ >%q\nexec' "$T/pid" >"$T/inside"
	printf ' %q' "$SYSTALLY" "${command[@]}" >>"$T/inside"
	TERM=xterm script -qec "sh '$T/inside'" /dev/null </dev/null \
		>/dev/null 2>&1 &
	terminal=$!
	wait_for test -s "$T/pid"
	read -r pid <"$T/pid"
	nap
	kill -KILL "$terminal"
	wait "$terminal" 2>/dev/null
	becomes gone "$pid" ||
		failures+="case $i: terminal: ${command[*]:0:3}: does not end"$'\n'
	end_case "terminal ${command[*]:0:3}"
	rm -f "$T/pid"
}

# all_cases NAME: runs the cases with the present controls
all_cases() {
	local i kinds='signal signal signal signal signal stall disk terminal'

	failures='' before=$(settings)
	count_of=()
	command -v script >/dev/null || kinds=${kinds/terminal/}
	for ((i = 1; i <= cases / 2; i++)); do
		# shellcheck disable=SC2086 # words
		one_of $kinds
		[ $i -gt 1 ] || REPLY=signal
		"case_$REPLY"
	done
	is "$failures" '' "$1: the controls are as before, each status is right"
	note "seed $seed: ${count_of[signal]:-0} signals," \
		"${count_of[stall]:-0} stalls, ${count_of[disk]:-0} full disks," \
		"${count_of[terminal]:-0} terminals"
	at_least "${count_of[signal]:-0}" 1 "$1: there were signals"
}

declare -A count_of
# the shell writes to stderr which signal has ended each process
all_cases 'nobody is counted' 2>>"$T/noise"
ctl collect hist
ctl threads 1
ctl syscalls read,close
ctl targets "$bystander"
all_cases 'others are counted' 2>>"$T/noise"
ctl targets none
kill "$bystander" "$target"
exec {full}>&-
umount "$T/disk"
finish
