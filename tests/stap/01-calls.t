#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tapset systally.stp, and syscount and errno-top, which use it: every call
# of every ABI has its name, number, error and duration; compared with what the
# workloads made, and with systally's own counters of the same run.

# shellcheck source=tests/stap/lib.sh
. "$(dirname "$0")/lib.sh"

need_load collect=time

# calls.stp prints: entry TGID ABI NR NAME COUNT; return TGID ABI NAME ERROR
# COUNT US
stap_start calls
workloads=(calls:plain calls32:plain calls:int80 calls:x32 calls:errors
	calls32:errors calls:unknown)
pids=()
for workload in "${workloads[@]}"; do
	"$WORKLOAD/${workload%:*}" -t "${workload#*:}" \
		>"$T/${workload/:/-}.expected" &
	pids+=($!)
	wait $!
done
passes 'calls ends with status 0' stap_end calls
is "$(stap_complaints calls)" '' 'it prints no errors'

errors='3 ESRCH 9 EBADF 22 EINVAL 38 ENOSYS'

# as_seen FILE: the calls in FILE as a script sees them. It sees no call with the
# number -1, which looks as if a tracer had skipped it, and it tells apart the
# numbers that no kernel has. These fail with ENOSYS, 38.
as_seen() {
	awk '$1 == "number" {
		print "entry", $2, "syscall_" $3, $4
		print "error", $2, "syscall_" $3, 38, $4
		apart[$2] += $4
		next
	}
	$1 == "denied" { next }
	$3 != "out_of_range" { print; next }
	{ line[++lines] = $0 }
	END {
		for (i = 1; i <= lines; i++) {
			$0 = line[i]
			$NF -= apart[$2]
			print
		}
	}' "$1"
}

# missing PID FILE: prints the calls that the workload has listed in FILE, but
# that the script has not seen of its process
missing() {
	awk -v tgid="$1" -v errors="$errors" '
		BEGIN {
			words = split(errors, word, " ")
			for (i = 1; i < words; i += 2)
				name[word[i]] = word[i + 1]
		}
		FNR == NR && $2 == tgid && $1 == "entry" {
			seen["entry " $3 " " $5 " " $6] = 1
		}
		FNR == NR && $2 == tgid && $1 == "return" {
			seen["return " $3 " " $4 " " $5 " " $6] = 1
		}
		FNR == NR { next }
		{
			key = "entry " $2 " " $3 " " $4
			if ($1 == "error")
				key = "return " $2 " " $3 " " name[$4] " " $5
			if (!(key in seen))
				print
		}' "$T/calls.out" <(as_seen "$2")
}

# What systally counted for the process that the script did not count as well.
# The three calls by which it makes itself a target are half before and half
# after that, as is execve.
unlike_module() {
	awk -v tgid="$1" '
		FNR == NR && $1 == "entry" && $2 == tgid {
			seen[$3 " " $4 " " $5] = $6
		}
		FNR == NR { next }
		$1 == tgid {
			rows++
			key = $3 " " $4 " " $5
			if (seen[key] != $6 &&
			    $5 !~ /^(openat|write|close|execve)$/)
				print key, seen[key] + 0, "not", $6
		}
		END { if (rows < 7) print rows + 0, "rows" }' \
		"$T/calls.out" "$D/counters"
}

for i in "${!workloads[@]}"; do
	workload=${workloads[i]}
	at_least "$(wc -l <"$T/${workload/:/-}.expected")" 5 \
		"$workload: says what it did"
	is "$(missing "${pids[i]}" "$T/${workload/:/-}.expected")" '' \
		"$workload: its calls by name, ABI and error"
done
for i in 0 1; do
	is "$(unlike_module "${pids[i]}")" '' \
		"${workloads[i]}: systally's counters say the same"
done

# Times: seven sleeps of 20 ms each
stap_start calls
"$WORKLOAD/calls" -t sleeps 7 20 >"$T/sleeps" &
sleeper=$!
wait $sleeper
stap_end calls
us=$(awk -v tgid=$sleeper '$1 == "return" && $2 == tgid &&
	$4 == "nanosleep" { print int($7) }' "$T/calls.out")
at_least "$us" 140000 'seven sleeps of 20 ms took 140 ms'
at_least "$(column $sleeper x86-64 nanosleep total_ns)" 140000000 \
	'as systally says'

# syscount by process, and by call
stap_start syscount process 3600 50
counted=()
for workload in calls calls32; do
	"$WORKLOAD/$workload" plain >/dev/null &
	counted[${#counted[@]}]=$!
	wait $!
done
stap_end syscount
for i in 0 1; do
	made=$(table syscount tgid | awk -v tgid="${counted[i]}" \
		'$1 == tgid && $2 ~ /^calls/ { print $NF }')
	at_least "$made" 19043 'syscount process: all of its calls'
	# Besides them only what a static program does to start and end
	at_least $((19043 + 60)) "${made:-0}" 'syscount process: no others'
done

stap_start syscount call 3600 100
"$WORKLOAD/calls32" -t plain >"$T/expected" &
wait $!
stap_end syscount
while read -r word abi name count; do
	[ "$word" = count ] || continue
	case $name in
	close | poll | select) continue ;;	# of others as well
	esac
	is "$(table syscount abi | awk -v n="$name" -v abi="$abi" \
		'$1 == abi && $2 == n { print $3 }')" "$count" \
		"syscount call: $abi $name"
done <"$T/expected"

# errno-top
stap_start errno-top 3600 50
"$WORKLOAD/calls32" errors >"$T/expected"
stap_end errno-top
is "$(table errno-top command | awk -v errors="$errors" '
	BEGIN {
		words = split(errors, word, " ")
		for (i = 1; i < words; i += 2)
			number[word[i + 1]] = word[i]
	}
	$1 == "calls32" && number[$4] {
		print "error", $2, $3, number[$4], $5
	}' | sort)" "$(grep ^error "$T/expected" | sort)" \
	'errno-top: every error of every call'

# A return from a signal handler has no result of its own.
stap_start errno-top 3600 50
# shellcheck disable=SC2016 # perl's
perl -e '$SIG{ALRM} = sub { $done = 1 }; alarm(1); sleep(60) until $done' &
sleeper=$!
wait $sleeper
stap_end errno-top
like "$(table errno-top command)" 'perl +x86-64 (clock_)?nanosleep +E' \
	'errno-top: a signal has interrupted a call'
is "$(table errno-top command | grep sigreturn)" '' \
	'errno-top: sigreturn has no error'

finish
