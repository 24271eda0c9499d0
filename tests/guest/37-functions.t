#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# User functions: every call of a target is counted, under threads, forks,
# recursion, longjmp, vfork and tail calls, at each level and in both widths (of
# 32 bits at one level only, without SYSTALLY_LONG=1). The calls of bystanders
# are not.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/flags.sh"

# functions_of PROGRAM: prints the lines for `functions` that name its probe_*.
# The programs are not PIE and have one segment of code: an address less that of
# its segment is a place in the file.
functions_of() {
	places_of "$1" | while read -r name offset _; do
		echo "$name $offset $WORKLOAD/$1"
	done
}

# places_of PROGRAM: prints NAME, OFFSET and ADDRESS of each probe_*
places_of() {
	{
		readelf -lW "$WORKLOAD/$1"
		nm "$WORKLOAD/$1"
	} | perl -ne '
		push @loads, [map { hex } $1, $2, $3]
			if /^ *LOAD +(\S+) +(\S+) +\S+ +(\S+)/;
		next unless /^([0-9a-f]+) [Tt] (probe_\w+)$/;
		my ($address, $name) = (hex($1), $2);
		for (@loads) {
			my ($offset, $from, $bytes) = @$_;
			printf("%s %#x %#x\n", $name, $address - $from + $offset,
				$address) if $address >= $from &&
				$address < $from + $bytes;
		}'
}

# traps_in PID PROGRAM: prints the functions whose first byte in the process is
# not that of the file
traps_in() {
	# shellcheck disable=SC2016 # perl's
	places_of "$2" | perl -e '
		my ($pid, $program) = @ARGV;
		sub byte {
			my ($path, $at) = @_;
			open(my $file, "<:raw", $path) or die "$path: $!";
			sysseek($file, $at, 0);
			sysread($file, my $byte, 1) == 1 or die "$path: $!";
			return $byte;
		}
		while (<STDIN>) {
			my ($name, $offset, $address) = split;
			print "$name\n" if byte("/proc/$pid/mem", hex $address)
				ne byte($program, hex $offset);
		}' "$1" "$WORKLOAD/$2"
}

# functions_differ FILE: compares the rows of functions with the workload's own
# counts in FILE. Prints what differs.
functions_differ() {
	awk '$1 == "function" { wanted[$2] = $3; known[$2] }
	FILENAME ~ /counters$/ && $3 == "function" { got[$5] += $6; known[$5] }
	END {
		for (name in known)
			if (got[name] + 0 != wanted[name] + 0)
				print name, got[name] + 0, wanted[name] + 0
	}' "$1" "$D/counters"
}

# returns_differ FILE: the same for the times of calls that return
returns_differ() {
	awk '$1 == "function" { returns[$2] = $4 }
	FILENAME ~ /counters$/ && $3 == "function" { total[$5] += $8 }
	END {
		for (name in returns)
			if ((total[name] > 0) != (returns[name] > 0))
				print name, total[name]
	}' "$1" "$D/counters"
}

# set_lines FILE: one write, which must succeed
set_lines() {
	cat "$1" >"$D/functions"
}

need_load follow=1
functions_of functions >"$T/lines"
functions_of functions32 | sed 's/^/32:/' >"$T/lines32"
is "$(wc -l <"$T/lines") $(wc -l <"$T/lines32")" '8 8' \
	'the programs have eight functions each'
passes 'functions can be set' set_lines "$T/lines"
is "$(status uprobes)" 0 'without a target, none is probed'
is "$(<"$D/functions")" "$(<"$T/lines")" 'functions reads the same'
sed '1s/^/+/' "$T/lines32" >"$T/more"
passes 'more can be added' set_lines "$T/more"
is "$(wc -l <"$D/functions")" 16 'functions reads all'

for collect in count time hist; do
	ctl collect $collect
	for program in functions functions32; do
		[ -n "$LONG" ] || [ "$collect/$program" != count/functions32 ] ||
			continue
		[ -n "$LONG" ] || [ "$collect/$program" != time/functions32 ] ||
			continue
		ctl reset 1
		"$WORKLOAD/$program" 2 >"$T/bystander" &
		workload $program -t 8 >"$T/expect"
		ok $? "$collect: $program succeeds"
		wait $!
		sed -i "s/^function /&${program#functions}:/; s/ :/ /" "$T/expect"
		is "$(functions_differ "$T/expect")" '' \
			"$collect: $program: every call is counted exactly"
		is "$(totals | grep -v untimed)" '' \
			"$collect: $program: the totals add up"
		[ $collect = count ] || {
			is "$(returns_differ "$T/expect")" '' \
				"$collect: $program: what returns has times"
			note "orphan_exits $(status orphan_exits), untimed $(
				status untimed)"
		}
	done
done

# The command, with its own search for symbols
ctl targets none
ctl functions none
for program in functions functions32; do
	"$SYSTALLY" run -n 0 -b syscall -L --format csv -o "$T/report" \
		-f "$program:probe_*" -- "$WORKLOAD/$program" 8 >"$T/expect"
	ok $? "run -f: $program succeeds"
	is "$(awk -F, '$1 == "function" { sub(/^.*:/, "", $3); print $3, $4 }' \
		"$T/report" | sort)" \
		"$(awk '$1 == "function" { print $2, $3 }' "$T/expect" | sort)" \
		"run -f: $program: every call is counted exactly"
	is "$(<"$D/functions") $(<"$D/targets")" 'none none' \
		"run -f: $program: the controls are as before"
done
"$SYSTALLY" record -o "$T/record" -f functions:probe_* -- \
	"$WORKLOAD/functions" 3 >/dev/null
is "$("$SYSTALLY" report -n 0 -b syscall --format csv "$T/record" |
	grep -c 'function,.*:probe_')" 8 'record -f: the recording has the names'
is "$("$SYSTALLY" report -n 0 -b syscall --format csv -e none \
	-f functions:probe_tail*,functions:probe_left "$T/record" |
	awk -F, '{ print $3 }' | sort | xargs)" \
	'functions:probe_left functions:probe_tail functions:probe_tail_end syscall' \
	'report -e none -f: shows these functions only'
like "$("$SYSTALLY" compare "$T/record" "$T/record")" 'no call has changed' \
	'compare: functions of two recordings can be compared'

# Every process is a target. The file of the program is replaced meanwhile.
need_load targets=all
cp "$WORKLOAD/functions" "$T/program"
sed "s| [^ ]*$| $T/program|" "$T/lines" >"$T/own"
set_lines "$T/own"
"$T/program" 0 >"$T/expect"
is "$(functions_differ "$T/expect")" '' \
	'targets=all: every call of every process is counted'
cp "$WORKLOAD/functions" "$T/next"
mv "$T/next" "$T/program"
"$T/program" 0 >/dev/null
is "$(functions_differ "$T/expect")" '' \
	'a file that has replaced a probed one is another file'
like "$(head -n 1 "$D/functions")" '[(]deleted[)]$' 'and functions says so'

# A child that is no target runs into the probe in the target's memory.
need_load follow=0
set_lines "$T/lines"
workload functions -t 0 >/dev/null
is "$(count all function probe_shared)" 19 \
	'after a child of vfork() that is no target, the target is still counted'
need_load follow=1

# Refused
is "$(refused functions 'a 0x10 /nowhere')" ENOENT 'a file that is not there'
is "$(refused functions 'a 0x10')" EINVAL 'a line without a file'
is "$(refused functions 'a x /bin/true')" EINVAL 'an offset that is no number'
is "$(refused functions 'a 0xfffffff /bin/true')" EINVAL \
	'an offset beyond the end'
is "$(refused functions 'a 0x10 /dev/null')" EINVAL 'no regular file'
set_lines "$T/lines"
read -r _ place <"$T/lines"
is "$(refused functions "+other $place")" EEXIST 'another name for a place'
ctl functions none
is "$(<"$D/functions")" none 'then the set is as before'
sed 's/ \(0x[0-9a-f]*\) / \1:count /' "$T/lines" >"$T/counted"
set_lines "$T/counted"
is "$(<"$D/functions")" "$(<"$T/counted")" 'a function may be counted only'
is "$(refused functions "+$(head -n 1 "$T/lines")")" EEXIST \
	'then it is not to be timed as well'
ctl collect time
workload functions -t 2 >"$T/expect"
is "$(functions_differ "$T/expect") $(awk '$3 == "function" { sum += $8 }
	END { print sum + 0 }' "$D/counters")" ' 0' \
	'collect=time: it is counted, and has no time'
is "$(refused functions 'a 0x10:other /bin/true')" EINVAL 'an unknown kind'
ctl functions none

# Probes come and go under a storm of calls, and leave nothing in the program.
cycles=5
[ -z "$LONG" ] || cycles=1000
talk_start storm nice -n 19 "$WORKLOAD/functions" loop 2
talk_until storm ready
storm=${talk_pid[storm]}
counted='' left=''
for ((cycle = 0; cycle < cycles; cycle++)); do
	# Unload, end of the target, functions removed, another level
	need_load collect=time "targets=$storm"
	set_lines "$T/lines"
	[ "$(status uprobes) $(traps_in "$storm" functions | wc -l)" = '8 8' ] ||
		left+="$cycle: not 8 probes; "
	becomes sh -c "grep -q ' function ' $D/counters" ||
		counted+="$cycle "
	case $((cycle % 4)) in
	0) unload ;;
	1) ctl targets none ;;
	2) ctl functions none ;;
	3)
		ctl collect count
		ctl targets 1
		;;
	esac
	traps=$(traps_in "$storm" functions 2>&1)
	[ -z "$traps" ] || left+="$cycle: $traps; "
	! loaded || unload
done
is "$counted" '' "functions were counted in each of $cycles cycles"
is "$left" '' 'and each time, no trap was left in the program'
talk_ask storm '' stopped
talk_end storm
need_load follow=1

# One process becomes a target, and another one ceases to be one
ctl collect time
puppet_start bystander
set_lines "$T/lines"
passes 'functions can be removed' ctl functions none
is "$(<"$D/functions")" none 'functions reads none'
ctl reset 1
workload functions -t 2 >"$T/expect"
is "$(awk '$3 == "function"' "$D/counters")" '' 'then none is counted'
puppet_end bystander

finish
