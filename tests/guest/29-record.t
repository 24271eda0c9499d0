#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Recordings: the report of a recording equals that of a live run, two of them
# can be compared, and a damaged one is refused. The tables of --format strace
# are compared with those of strace -c.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"

# bash makes its background processes ignore SIGINT
# shellcheck disable=SC2016 # perl's
interruptible=(perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' --)

# csv FILE COLUMN CALL [ABI]: the sum of that column
csv() {
	awk -F, -v column="$2" -v name="$3" -v abi="${4:-all}" '
		NR == 1 {
			for (i = 1; i <= NF; i++)
				at[$i] = i
			next
		}
		$at["syscall"] == name && (abi == "all" || $at["abi"] == abi) {
			sum += $at[column]
		}
		END { print sum + 0 }' "$1"
}

# changes: SYSCALL CHANGE COUNT_A COUNT_B COUNT_CHANGE of compare's CSV
changes() {
	awk -F, 'NR == 1 {
		for (i = 1; i <= NF; i++)
			at[$i] = i
		next
	}
	{
		print $at["abi"] ":" $at["syscall"], $at["change"],
			$at["count_a"], $at["count_b"], $at["count_change"]
	}' "$T/out"
}

# json PERL: prints this expression; $data is the last line of $T/out, decoded
json() {
	perl -MJSON::PP -e '
		my $data;
		$data = decode_json($_) while <STDIN>;
		print '"$1" <"$T/out"
}

need_load

# ---- record, and report of the file -------------------------------------

before=$(settings)
try record -o "$T/plain" -- "$WORKLOAD/calls" plain
is "$got $(grep -c '^count' "$T/out") $(wc -c <"$T/err")" '0 7 0' \
	"record: standard output is the command's"
is "$(settings)" "$before" 'record: leaves the controls alone'
# shellcheck disable=SC2016 # perl's
is "$(head -n 1 "$T/plain" | perl -MJSON::PP -e '
	$d = decode_json(<STDIN>);
	print "@$d{qw(systally_record kernel collect status)} $$d{command}[1]";
	')" "1 $(uname -r) time 0 plain" 'record: the first line describes the run'
is "$(perl -MJSON::PP -ne '
	$d = decode_json($_);
	print "$$d{count} $$d{errors}" if ($$d{syscall} // "") eq "close" and
		$$d{row} eq "call"' "$T/plain")" '503 503' \
	'record: another JSON parser reads a row'
unload
try report "$T/plain" --format csv -o "$T/csv"
is "$got $(csv "$T/csv" count getppid) $(csv "$T/csv" errors close)" \
	'0 10007 503' 'report FILE works without the module'
refused=''
for option in '-b process' '-b command' '-L -s time' '-x' '-n 3' '-s name' \
	'-e %desc' '-b errno' '--format json' '--format strace' "-o $T/file"; do
	# shellcheck disable=SC2086 # words
	if ! "$SYSTALLY" report "$T/plain" $option >"$T/out" 2>"$T/err" ||
	   [ -s "$T/err" ]; then
		refused+="$option: $(<"$T/err") "
	fi
done
is "$refused" '' 'report FILE takes all options of report'
try report "$T/plain" --format json
# shellcheck disable=SC2016 # perl's
is "$(json '"$$data{kernel} $$data{collect}"')" "$(uname -r) time" \
	'report FILE --format json: says kernel and level of the recording'
chmod a+rX "$T" "$T/plain"
setpriv --reuid 65534 --regid 65534 --clear-groups "$SYSTALLY" \
	report "$T/plain" >"$T/out"
is "$? $(grep -c ' getppid$' "$T/out")" '0 1' 'report FILE: needs no root'
fails 1 'record it again with -P' 'report FILE -P fails without histograms' \
	report -P "$T/plain"
fails 1 'record it again with --by thread' 'report FILE -b thread fails without threads' \
	report -b thread "$T/plain"

try report "$T/plain" -x -e getppid
is "$got $(sed 1d "$T/out")" '0 note: no call failed, of 10007' \
	'report FILE -x: says that no call failed'
try report "$T/plain" -x -p 1
like "$got $(sed 1d "$T/out")" '^0 note: [0-9]* calls were counted, but none that -p asks for$' \
	'report FILE -p: says that this pid has made no call'
"$SYSTALLY" report "$T/plain" 2>"$T/err" >&-
is "$? $(wc -l <"$T/err")" '1 1' \
	'report FILE: fails in one line if standard output is closed'
mkfifo "$T/fifo"
cat "$T/fifo" >"$T/out" &
"$SYSTALLY" report "$T/plain" -o "$T/fifo" --format csv
wait $!
is "$(csv "$T/out" count getppid)" 10007 'report FILE -o: writes to a pipe'

# ---- live and recorded reports agree ------------------------------------

need_load
# It records the default session, whose rows stay for report.
ctl collect hist
ctl threads 1
"$WORKLOAD/threads" -s 8 >"$T/out" &
pid=$!
wait_for state_is "$pid" T
ctl targets "$pid"
"$SYSTALLY" record --session default -P -b thread -o "$T/threads" -p "$pid" &
recorder=$!
# It waits for the end of the process once it has begun.
wait_for sh -c "ls -l /proc/$recorder/fd | grep -q pidfd"
kill -CONT "$pid"
wait "$pid"
wait $recorder
got=$?
like "$got $(grep -c '"row":"hist"' "$T/threads")" '^0 [1-9]' \
	'record -P keeps histograms'
for option in '-b thread' '-P -b process' '-H getppid' '-b errno' \
	'--format json' '--format csv -s name' '-L -n 5' '--format strace'; do
	# shellcheck disable=SC2086 # words
	try report $option
	statuses=$got
	cp "$T/out" "$T/live"
	# shellcheck disable=SC2086 # words
	try report "$T/threads" $option
	# Only the report of a file has the date and the duration
	sed -i -E '1{/^[0-9T:+-]{25}  [0-9]+ calls in [0-9.]+ s, [0-9]+\/s$/d}
		s/"date":"[0-9T:+-]{25}","duration_ns":[1-9][0-9]*,//' "$T/out"
	is "$statuses $got $(wc -c <"$T/err") $(diff "$T/live" "$T/out")" \
		'0 0 0 ' "report $option: live and recorded are equal"
	grep -q '[0-9]' "$T/live"
	ok $? "report $option: there is something to compare"
done
# shellcheck disable=SC2016 # perl's
read -r process thread < <(perl -MJSON::PP -ne '$d = decode_json($_);
	print "$$d{tgid} $$d{tid}\n" if $$d{tid} and $$d{tid} != $$d{tgid}' \
	"$T/threads")
"$SYSTALLY" report -p "$process" -b thread "$T/threads" >"$T/process"
try report -p "$thread" -b thread "$T/threads"
is "$got $(diff "$T/process" "$T/out")" '0 ' \
	'report FILE -p: takes the id of a thread'
ctl collect count
ctl threads 0
# The reader opens the pipe first. It must see only one writer.
cat "$T/fifo" >"$T/out" &
"$SYSTALLY" record -o "$T/fifo" -- true
wait $!
is "$(head -c 21 "$T/out")" '{"systally_record":1,' \
	'record -o: writes to a pipe'
try record -d 0.3 -e nanosleep,clock_nanosleep -o "$T/cut" -- sleep 1
is "$got $(grep -c '"status":null,"syscalls":"nanosleep,' "$T/cut")" '0 1' \
	'record -d: ends before the command'
try record -o "$T/failed" -- sh -c 'exit 3'
is "$got $(grep -c '"status":3' "$T/failed")" '3 1' \
	"record: returns the command's status"
fails 1 '/nonexistent/file' 'record: fails if -o cannot be written' \
	record -o /nonexistent/file -- true
# The module has no filter for a negated set: it counts all calls.
try record -e '!getppid' -o "$T/negated" -- "$WORKLOAD/calls" plain
try report "$T/negated" --format csv -o "$T/csv"
is "$got $(csv "$T/csv" count getppid) $(csv "$T/csv" count close)" \
	'0 0 503' 'report FILE: only the calls that -e of record chose'
try record -o - -- true
is "$got $(grep -c '"systally_record":1' "$T/out") $(wc -c <"$T/err")" \
	'0 1 0' 'record -o -: writes to standard output'

# ---- record processes that already run ----------------------------------

# counted FILE: 1 if it has a duration, its command, and its getppid() calls
counted() {
	perl -MJSON::PP -ne '$d = decode_json($_);
		$head //= ($$d{duration_ns} > 0) . " @{$$d{command}}";
		$calls += $$d{count} if ($$d{syscall} // "") eq "getppid" and
			$$d{row} eq "call";
		END { printf "%s%d\n", $head, $calls }' "$1"
}

# holds_back CALLS: starts `calls -s ppid CALLS` as $pid, and waits until it has
# stopped itself before its calls
holds_back() {
	"$WORKLOAD/calls" -s ppid "$1" >/dev/null &
	pid=$!
	wait_for state_is "$pid" T
}

holds_back 7001
"$SYSTALLY" record -o "$T/service" -p "$pid" 2>"$T/err" &
recorder=$!
wait_for sh -c "grep -qs '^targets: 1\$' $D/sessions/s*/status"
kill -CONT "$pid"
wait "$pid"
wait $recorder
is "$? $(wc -c <"$T/err") $(counted "$T/service") $(settings)" \
	"0 0 1 7001 $before" 'record -p: ends with the process, and has its calls'
try report "$T/service"
like "$got $(head -n 1 "$T/out")" \
	'^0 [0-9T:+-]*  [0-9]* calls in [0-9.]* s, [0-9]*/s$' \
	'report FILE: begins with the date, the time and the rate'
holds_back 101
"${interruptible[@]}" "$SYSTALLY" record -o "$T/service" -p "$pid" 2>"$T/err" &
recorder=$!
wait_for sh -c "grep -qs '^targets: 1\$' $D/sessions/s*/status"
kill -INT $recorder
wait $recorder
is "$? $(counted "$T/service") $(settings)" "130 1 0 $before" \
	'record -p: a signal ends it, and it writes the recording'
# Others are counted, too
sleep 1000 &
other=$!
ctl collect time
ctl targets "$other"
"$SYSTALLY" record -o "$T/service" -p "$pid" 2>"$T/err" &
recorder=$!
wait_for sh -c "grep -qs '^targets: 1\$' $D/sessions/s*/status"
"$WORKLOAD/calls" -s ppid 13 >/dev/null &
third=$!
wait_for state_is "$third" T
echo "+$third" >"$D/targets"
kill -CONT "$third"
wait "$third"
kill -CONT "$pid"
wait "$pid"
wait $recorder
is "$? $(counted "$T/service") $(xargs <"$D/targets")" "0 1 101 $other" \
	'record -p: only its processes, while others are counted'
ctl targets none
ctl collect count
kill "$other"
try record -d 0.2 -o "$T/service"
is "$got $(counted "$T/service" | cut -c 1) $(settings)" "0 1 $before" \
	'record -d: records all processes for that time'
fails 1 'there is no such process' 'record -p: no such process' \
	record -o "$T/none" -p 4000000
is "$([ ! -e "$T/none" ] || echo "$T/none")" '' 'record -p: leaves no empty file'
try record -u nobody -o "$T/user" -- sh -c 'id -u; id -g; id -G'
is "$got $(xargs <"$T/out")" "0 $(id -u nobody) $(id -g nobody) $(id -G nobody)" \
	'record -u: the command has the ids and groups of the user'

# ---- a command that does not start --------------------------------------

printf '#!/nonexistent/interpreter\n' >"$T/script"
chmod +x "$T/script"
cp "$T/plain" "$T/kept"
fails 126 'the interpreter' 'record: a command that does not start: status 126' \
	record -o "$T/kept" -- "$T/script"
is "$(cmp "$T/plain" "$T/kept" 2>&1)" '' \
	'record: the old recording is unchanged then'
try record -o "$T/new" -- "$T/script"
is "$got $([ ! -e "$T/new" ] || echo "$T/new")" '126 ' \
	'record: leaves no empty file'

# ---- 1,000 more polls ---------------------------------------------------

# `loops` runs a warm-up loop and one more, so it makes twice as many calls
for abi in x86-64 i386; do
	loops=$WORKLOAD/loops
	[ $abi = x86-64 ] || loops+='32'
	for calls in 307 807; do
		try record -o "$T/$abi-$calls" -- "$loops" poll 1 $calls
	done
	try compare "$T/$abi-307" "$T/$abi-807"
	is "$got $(sed 1,3d "$T/out" | awk '{ $1 = $1 } 1' | head -n 1)" \
		"1 ! 614 1614 +1000 +162.9 $(
		[ $abi = x86-64 ] || echo i386:)poll" \
		"compare: +1000 poll, $abi"
	note "$(<"$T/out")"
	try compare "$T/$abi-307" "$T/$abi-807" --format csv
	is "$(changes)" "$abi:poll changed 614 1614 1000" \
		"compare: no other call has changed, $abi"
	try compare "$T/$abi-807" "$T/$abi-307" --format csv
	is "$got $(changes)" "0 $abi:poll changed 1614 614 -1000" \
		"compare: 1000 fewer polls are no regression, $abi"
	try compare "$T/$abi-307" "$T/$abi-307"
	like "$got $(tail -n 1 "$T/out")" '^0 no call has changed, of ' \
		"compare: with itself, $abi"
done

# ---- compare: thresholds ------------------------------------------------

A=$T/x86-64-307 B=$T/x86-64-807
for case in '--threshold_999 1' '--threshold_1000 0' '--threshold_162% 1' \
	'--threshold_163% 0' '--threshold_999,163% 0' '--ignore_poll 0' \
	'-e_poll 1' '-e_%network 0'; do
	option=${case% *}
	try compare "$A" "$B" "${option%%_*}" "${option#*_}"
	is "$got" "${case##* }" "compare ${option//_/ }: ${case##* }"
done
# Times: about 30 ms, and about 70 ms
try record -o "$T/short" -- "$WORKLOAD/calls" sleeps 3 10
try record -o "$T/long" -- "$WORKLOAD/calls" sleeps 7 10
try compare -e nanosleep --threshold 4 --time-threshold 20ms,50% \
	"$T/short" "$T/long"
is "$got $(tail -n 1 "$T/out" | cut -c -13)" '1 1 regression:' \
	'compare --time-threshold: a longer time is a regression'
try compare -e nanosleep --threshold 4 --time-threshold 1y "$T/short" \
	"$T/long"
is "$got $(wc -c <"$T/out")" '2 0' 'compare --time-threshold: usage'
try compare -e nanosleep --threshold 4 --time-threshold 100s "$T/short" \
	"$T/long"
is "$got" 0 'compare --time-threshold: no regression within it'
try compare --format json "$T/failed" "$T/plain"
# shellcheck disable=SC2016 # perl's
is "$got $(json '"$$data{a}{status} " . @{$$data{notes}} . " " .
	(grep { $$_{syscall} eq "getsid" } @{$$data{rows}})[0]{change}')" \
	'2 3 1 added' 'compare --format json, with a note on the failure'
# shellcheck disable=SC2016 # perl's
is "$(json '$$data{verdict} // "none"') $(cat "$T/err")" \
	"none systally: no verdict: the commands ended differently: A's with status 3, B's with status 0" \
	'compare: different statuses allow no verdict'

# ---- compare: by command, and what cannot be compared -------------------

# shellcheck disable=SC2016 # sh's
script='"$0" ppid 101; "$0" ppid "$1"; "$2" ppid 7'
try record -o "$T/one" -- sh -c "$script" "$WORKLOAD/calls" 103 \
	"$WORKLOAD/tree"
try record -o "$T/two" -- sh -c "$script" "$WORKLOAD/calls" 107 \
	"$WORKLOAD/calls32"
try compare -e getppid -b command,syscall --format csv "$T/one" "$T/two"
is "$(awk -F, 'NR > 1 && $1 ~ /^calls/ { print $1, $2, $6, $7, $8, $9 }' \
	"$T/out" | sort | xargs)" \
	'calls x86-64 1 204 208 4 calls32 i386 1 0 7 7' \
	'compare -b command,syscall: a row for each call of each command'
try compare -e getppid -b command --format csv "$T/one" "$T/two"
is "$(awk -F, 'NR > 1 && $1 ~ /^calls/ { print $1, $3, $4, $5, $6 }' \
	"$T/out" | sort | xargs)" \
	'calls 1 204 208 4 calls32 1 0 7 7' \
	'compare -b command: a row for each command'
try record -e poll -o "$T/polls" -- "$WORKLOAD/calls" plain
fails 2 'different -e' 'compare: fails if the -e of the recordings differ' \
	compare "$T/polls" "$T/plain"
try compare -e poll "$T/polls" "$T/plain"
is "$got $(tail -n 1 "$T/out")" '0 no call has changed, of 1' \
	'compare -e: compares a call that both have'
fails 2 'nothing to compare' 'compare -e: fails if neither has the call' \
	compare -e getppid "$T/polls" "$T/polls"
fails 2 'by thread' 'compare -b command: threads on one side only' \
	compare -b command "$T/plain" "$T/threads"
fails 2 'nosuchcall' 'compare: an unknown call' \
	compare --ignore nosuchcall "$A" "$B"
fails 2 'No such file' 'compare: no such file' compare "$A" /nonexistent
fails 2 'is not a recording' 'compare: another file' compare /etc/passwd "$B"
try compare "$A"
is "$got $(wc -c <"$T/out")" '2 0' 'compare: usage'
fails 2 '/nonexistent/x' 'compare: -o cannot be written' \
	compare -o /nonexistent/x "$A" "$B"
head -c -100 "$A" >"$T/damaged"
fails 2 "damaged, line [0-9]*: cut short.*record it again" \
	'a file that is cut short' compare "$T/damaged" "$B"
head -n -1 "$A" >"$T/damaged"
fails 1 "damaged is cut short: it ends after [0-9]* rows" \
	'a file without its last row' report "$T/damaged"
sed 's/"systally_record":1/"systally_record":2/' "$A" >"$T/damaged"
fails 1 'version 2, this command reads version 1' \
	'a file of a later version' report "$T/damaged"
sed '2,$s/"count":614/"count":613/' "$A" >"$T/damaged"
fails 1 'does not add up' 'a file with another number' report "$T/damaged"

# ---- strace's layout ----------------------------------------------------

# strace_parse FILE WANT: parses the tables of strace and of systally by their
# columns, which are as wide as the dashes above them. WANT: `columns` prints
# the columns and the head, `calls` prints `ABI NAME CALLS ERRORS` of each row,
# `sums` checks the totals. Prints a complaint about each wrong line.
strace_parse() {
	awk -v want="$2" '
	function fail(why) { print FILENAME ": " why ": " $0 }
	BEGIN { mode = "64"; head = "% time +seconds +usecs/call +calls +errors syscall" }
	/^System call usage summary for .* mode:$/ {
		if (state) fail("a heading in a table")
		mode = $6
		next
	}
	!state {
		if ($0 !~ "^" head "$") fail("no head")
		line = $0
		state = 1
		next
	}
	state == 1 {
		if (split($0, dash, " ") != 6 || $0 !~ /^[- ]*$/)
			fail("no rule")
		rule = $0
		at = 1
		for (i = 1; i <= 6; i++) {
			from[i] = at
			width[i] = length(dash[i])
			at += width[i] + 1
		}
		if (width[1] != 6 || width[2] < 11 || width[3] < 11 ||
		    width[4] < 9 || width[5] < 9 || width[6] < 16)
			fail("narrow")
		if (want == "columns")
			print mode, $0, line
		state = 2
		next
	}
	$0 == rule { state = 3; next }
	{
		for (i = 1; i <= 6; i++) {
			cell[i] = substr($0, from[i])
			if (i < 6)
				cell[i] = substr(cell[i], 1, width[i])
			# a blank follows each column but the last
			if (i < 6 && substr($0, from[i] + width[i], 1) != " ")
				fail("column " i)
		}
		if (cell[1] !~ /^ *[0-9]+\.[0-9][0-9]$/ ||
		    cell[2] !~ /^ *[0-9]+\.[0-9][0-9][0-9][0-9][0-9][0-9]$/ ||
		    cell[3] !~ /^ *[0-9]+$/ || cell[4] !~ /^ *[0-9]+$/ ||
		    cell[5] !~ /^ *([1-9][0-9]*)?$/ || cell[6] !~ /^[a-z_0-9]+$/)
			fail("cell")
		for (i = 1; i <= 6; i++)
			gsub(/ /, "", cell[i])
		if (want == "calls" && cell[6] !~ /^exit(_group)?$/ &&
			 state == 2)
			print mode, cell[6], cell[4], cell[5] + 0
		else if (want == "sums" && state == 2) {
			percent += cell[1]; seconds += cell[2]
			calls += cell[4]; errors += cell[5]
		} else if (want == "sums") {
			if (cell[6] != "total" || cell[1] != "100.00")
				fail("no total")
			# each row is rounded
			if (percent < 99.5 || percent > 100.5 ||
			    seconds - cell[2] > 1e-4 || cell[2] - seconds > 1e-4 ||
			    calls != cell[4] || errors != cell[5] + 0)
				fail("does not add up")
			percent = seconds = calls = errors = 0
		}
		if (state == 3)
			state = 0
	}
	END { if (state) fail("no total") }' "$1"
}

# parsed WANT NAME: strace_parse prints the same of both, and at least one line
parsed() {
	strace_parse "$T/strace" "$1" | grep -v ' execve ' | sort >"$T/theirs"
	strace_parse "$T/systally" "$1" | grep -v ' execve ' | sort >"$T/ours"
	[ -s "$T/theirs" ] || echo 'nothing parsed' >>"$T/theirs"
	is "$(diff "$T/theirs" "$T/ours")" '' "$2 ($(wc -l <"$T/ours") lines)"
}

# both COMMAND...: writes the summaries of strace and systally
both() {
	strace -f -c -w -o "$T/strace" "$@" >/dev/null
	"$SYSTALLY" run --format strace -o "$T/systally" -- "$@" >/dev/null
}

# These programs make the same calls each time they run. execve is left out: the
# two may count it for different ABIs.
for mode in plain errors x32; do
	both "$WORKLOAD/calls" $mode
	parsed calls "--format strace: calls and errors as strace has: $mode"
done
parsed columns '--format strace: the same columns'
is "$(strace_parse "$T/strace" sums)$(strace_parse "$T/systally" sums)" '' \
	'--format strace: both add up'
both "$WORKLOAD/calls32" errors
parsed calls '--format strace: a table for each ABI'
# All but the measured times is equal, byte for byte
for order in name nothing; do
	strace -f -c -w -S $order -o "$T/strace" "$WORKLOAD/calls" plain \
		>/dev/null
	"$SYSTALLY" run --format strace -s $order -o "$T/systally" -- \
		"$WORKLOAD/calls" plain >/dev/null
	# only systally counts exit_group, so the totals differ
	is "$(diff <(cut -c 31- "$T/strace" | grep -v ' total$') \
		<(cut -c 31- "$T/systally" |
		grep -v ' total$\| exit_group$'))$(
		grep -c ' poll$' "$T/systally")" 1 \
		"--format strace -s $order: strace's lines"
done

finish
