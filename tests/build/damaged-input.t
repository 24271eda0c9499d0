#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Damaged snapshots and recordings: they are refused, and one line says why; or
# the damage is in a value that may be any other, and they are reported. No
# kernel module is needed: a folder stands for its files. SYSTALLY_SEED=N
# repeats a run that failed.

set -u

cd "$(dirname "$0")/../.." || exit
unset T # make may have set it
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh
S=${SYSTALLY:-$PWD/userland/systally}
seed=${SYSTALLY_SEED:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$seed

D=$T/systally
mkdir "$D" "$D/sessions"
for control in targets=none collect=hist enabled=1 follow=0 syscalls=all \
	threads=0 hook=auto reset= README= status='entered: 0'; do
	echo "${control#*=}" >"$D/${control%%=*}"
done
export SYSTALLY_DEBUGFS=$D

# As include/systally.h describes it: 30 rows of calls, 7 of errors, 30 of
# histograms
perl -e '
	sub row { pack "Q<5L<2l<S<2a16", @_ }
	for my $i (0 .. 29) {
		$calls .= row(1000 + $i % 3, 13 + $i, 7, 15000, 4000,
			      500 + $i % 3, 0, $i, $i % 3, 0, "program" . $i % 3);
		$hist .= row(1000 + $i % 3, 13 + $i, 0, 0, 0,
			     500 + $i % 3, 0, $i, $i % 3, 9, "program" . $i % 3);
		$entered += 13 + $i;
	}
	$errors .= row(1000, 1, 0, 0, 0, 500, 0, 3 * $_, 0, 2 + $_, "program0")
		for 0 .. 6;
	print pack("a8L<4Q<10L<2Q<4", "systally", 1, 144, 72, 2, 30, 7, 0,
		   $entered, 0, 0, 0, 0, 1, 5000000000, 1, 0, 30, 2000000, 0,
		   0),
		$calls, $errors, $hist' >"$T/whole"

accepted=0 complaints=''
# command_takes WORD...: succeeds if the command does; notes in $complaints if
# it fails without saying why in one line
command_takes() {
	local status

	timeout 30 "$S" "$@" >"$T/out" 2>"$T/err" </dev/null
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

# cut_short FROM TO: copies its beginning, without more than the last newline
cut_short() {
	head -c $((RANDOM * 32768 % ($(stat -c %s "$1") - 1))) "$1" >"$2"
}

# ---- snapshots ------------------------------------------------------------

cp "$T/whole" "$D/snapshot"
command_takes report
is "$accepted $complaints" '1 ' 'a whole snapshot is reported'
command_takes report -P -b process,syscall
is "$accepted $complaints $(grep -c 'program[012]' "$T/out")" '2  10' \
	'and so are its percentiles'
accepted=0
for _ in {1..50}; do
	cut_short "$T/whole" "$D/snapshot"
	command_takes report
done
is "$accepted $complaints" '0 ' '50 snapshots cut short are refused in one line'
dimensions=(process syscall errno command)
for _ in {1..200}; do
	flip "$T/whole" "$D/snapshot"
	command_takes report --by "${dimensions[RANDOM % 4]}"
done
is "$complaints" '' \
	'200 snapshots with one bit changed: reported, or refused in one line'
note "SYSTALLY_SEED=$seed: $accepted of 200 changed nothing that must add up"
accepted=0
# version, header_bytes, row_bytes: at 8, 12, 16, of 32 bits
for at in 8 12 16; do
	for value in '\0\0\0\0' '\2\0\0\0' '\377\377\377\377'; do
		cp "$T/whole" "$D/snapshot"
		# shellcheck disable=SC2059 # bytes
		printf "$value" |
			dd of="$D/snapshot" bs=1 seek=$at conv=notrunc status=none
		command_takes report
	done
done
is "$accepted $complaints" '0 ' \
	'snapshots of another version or layout are refused'
: >"$D/snapshot"
command_takes report
head -c 100000 /dev/urandom >"$D/snapshot"
command_takes report
is "$accepted $complaints" '0 ' 'an empty or random snapshot is refused'
command_takes status
is "$accepted $complaints" '1 ' 'status does not read the snapshot'
command_takes status --verify
is "$accepted $complaints" '1 ' 'status --verify refuses it'
cp "$T/whole" "$D/snapshot"
command_takes report
is "$accepted $complaints" '2 ' 'the whole snapshot is reported again'

# ---- recordings -----------------------------------------------------------

cat >"$T/record" <<'LINES'
{"systally_record":1,"systally":"0.1.0","kernel":"6.1.0","date":"2026-11-25T07:30:00+00:00","command":["ls","-l"],"status":0,"syscalls":null,"duration_ns":0,"missed":0,"collect":"hist","threads":false,"entered":12,"unattributed":0,"orphan_exits":0,"untimed":0,"discarded":0,"generation":0,"taken_ns":5,"clock_khz":2000000,"call_rows":2,"error_rows":1,"unattributed_rows":0,"hist_rows":1}
{"row":"call","tgid":7,"tid":0,"start_ns":1,"comm":"ls","abi":"x86-64","nr":0,"syscall":"read","count":5,"errors":2,"total_ns":900,"max_ns":400}
{"row":"call","tgid":7,"tid":0,"start_ns":1,"comm":"ls","abi":"i386","nr":3,"syscall":"read","count":7,"errors":0,"total_ns":800,"max_ns":300}
{"row":"error","tgid":7,"tid":0,"start_ns":1,"comm":"ls","abi":"x86-64","nr":0,"syscall":"read","errno":11,"name":"EAGAIN","count":2}
{"row":"hist","tgid":7,"tid":0,"start_ns":1,"comm":"ls","abi":"x86-64","nr":0,"syscall":"read","octave":9,"buckets":[0,5,0,0]}
LINES
accepted=0 complaints=''
command_takes report "$T/record"
is "$accepted $complaints" '1 ' 'a whole recording is reported'
for _ in {1..50}; do
	cut_short "$T/record" "$T/part"
	command_takes report "$T/part"
	command_takes compare "$T/record" "$T/part"
done
is "$accepted $complaints" '1 ' \
	'50 recordings cut short are refused in one line'
accepted=0
for _ in {1..200}; do
	flip "$T/record" "$T/part"
	command_takes report "$T/part"
done
is "$complaints" '' \
	'200 recordings with one bit changed: reported, or refused in one line'
note "SYSTALLY_SEED=$seed: $accepted of 200 changed nothing that must add up"
sed 's/"systally_record":1/"systally_record":2/' "$T/record" >"$T/part"
accepted=0
command_takes report "$T/part"
is "$accepted $complaints $(grep -c 'version 2' "$T/err")" '0  1' \
	'a recording of another version is refused, and the error says so'
done_testing
