#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bad input: random bytes for the controls and the module's parameters, unusual
# reads of the results, damaged snapshots and recordings for the command.
# Refused input changes nothing, and one line says why.

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

cp "$D/snapshot" "$T/whole"
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

# ---- the command, with damaged files ------------------------------------

# The file $T/snapshot takes the place of the module's.
need_load targets=none
cp "$T/whole" "$T/snapshot"
mount --bind "$T/snapshot" "$D/snapshot"

accepted=0 complaints=''
# command_takes WORD...: succeeds if the command does; notes in $complaints if
# it fails without saying why in one line
command_takes() {
	local status

	timeout 30 "$SYSTALLY" "$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
	if [ $status -eq 0 ]; then
		accepted=$((accepted + 1))
		[ -s "$T/out" ] && return
		complaints+="$*: nothing said; "
	elif [ $status -ne 1 ] && [[ $1 != compare || $status -ne 2 ]]; then
		complaints+="$*: status $status; "
	elif [ "$(wc -l <"$T/err")" -ne 1 ]; then
		complaints+="$*: $(head -n 3 "$T/err" | xargs); "
	fi
	return 1
}

# flip FROM TO: copies it with one bit changed
flip() {
	perl -e 'srand shift; local $/; open my $f, "<", shift; $_ = <$f>;
		my $at = int rand length; substr($_, $at, 1) ^=
		chr(1 << int rand 8); open $f, ">", shift; print $f $_' \
		$((RANDOM)) "$1" "$2"
}

# cut_short FROM TO: copies its beginning
cut_short() {
	head -c $((RANDOM * 32768 % $(stat -c %s "$1"))) "$1" >"$2"
}

command_takes report
is "$accepted $complaints" '1 ' 'the whole snapshot in that place is reported'
for _ in {1..25}; do
	cut_short "$T/whole" "$T/snapshot"
	command_takes report
done
is "$accepted $complaints" '1 ' '25 snapshots cut short are refused in one line'
for _ in {1..40}; do
	flip "$T/whole" "$T/snapshot"
	one_of process syscall thread errno command
	command_takes report --by "$REPLY"
done
is "$complaints" '' \
	'40 snapshots with one bit changed: reported, or refused in one line'
note "$((accepted - 1)) of 40 changed nothing that must add up"
accepted=0
# version, header_bytes, row_bytes: at 8, 12, 16, of 32 bits
for at in 8 12 16; do
	for value in '\0\0\0\0' '\2\0\0\0' '\377\377\377\377'; do
		cp "$T/whole" "$T/snapshot"
		# shellcheck disable=SC2059 # bytes
		printf "$value" |
			dd of="$T/snapshot" bs=1 seek=$at conv=notrunc status=none
		command_takes report
	done
done
is "$accepted $complaints" '0 ' \
	'snapshots of another version or layout are refused'
: >"$T/snapshot"
command_takes report
head -c 100000 /dev/urandom >"$T/snapshot"
command_takes report
timeout 30 "$SYSTALLY" status >"$T/out" 2>&1
is "$accepted $complaints $?" '0  0' 'an empty or random snapshot is refused'
umount "$D/snapshot"
passes 'the true snapshot is reported again' "$SYSTALLY" report

# The same with recordings
"$SYSTALLY" record -o "$T/record" -- "$WORKLOAD/calls" plain >/dev/null 2>&1
accepted=0 complaints=''
command_takes report "$T/record"
is "$accepted $complaints" '1 ' 'a whole recording is reported'
for _ in {1..20}; do
	cut_short "$T/record" "$T/part"
	command_takes report "$T/part"
	command_takes compare "$T/record" "$T/part"
done
is "$accepted $complaints" '1 ' \
	'20 recordings cut short are refused in one line'
accepted=0
for _ in {1..40}; do
	flip "$T/record" "$T/part"
	command_takes report "$T/part"
done
is "$complaints" '' \
	'40 recordings with one bit changed: reported, or refused in one line'
note "$accepted of 40 changed nothing that must add up"
sed 's/"systally_record":1/"systally_record":2/' "$T/record" >"$T/part"
accepted=0
command_takes report "$T/part"
is "$accepted $complaints $(grep -c 'version 2' "$T/err")" '0  1' \
	'a recording of another version is refused, and the error says so'
storms_finish
