#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command: each subcommand and option with the real module, its exit
# statuses, its formats, and that it leaves the controls alone.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"

# bash makes its background processes ignore SIGINT
# shellcheck disable=SC2016 # perl's
interruptible=(perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' --)

# csv COLUMN VALUE [KEY]: the sum of COLUMN over the rows whose syscall (or KEY)
# is VALUE
csv() {
	awk -F, -v column="$1" -v value="$2" -v by="${3:-syscall}" '
		NR == 1 {
			for (i = 1; i <= NF; i++)
				at[$i] = i
			next
		}
		$at[by] == value { sum += $at[column] }
		END { print sum + 0 }' "$T/csv"
}

json() {
	"$here/json.pl" "$@" <"$T/json"
}

# ---- wrong usage, and no module -----------------------------------------

for option in --help -h --version -V '--help --usage'; do
	# shellcheck disable=SC2086 # words
	try $option
	is "$got $(wc -c <"$T/err")" '0 0' "$option succeeds"
done
missing=''
for command in $("$SYSTALLY" help --words); do
	try "$command" --help
	[ "$got" = 0 ] && grep -q "systally $command" "$T/out" ||
		missing+="$command "
done
is "$missing" '' 'each subcommand has --help'
for usage in '' bogus '--bogus' 'report --bogus' 'report -s bogus' 'run'; do
	# shellcheck disable=SC2086 # words
	try $usage
	is "$got $(wc -c <"$T/out")" '2 0' "'$usage' is a usage error"
done
for command in report status top 'run true' unload; do
	# shellcheck disable=SC2086 # words
	fails 1 'load' "$command without the module: says to load it" $command
done
try doctor
like "$(<"$T/out")" 'load' 'doctor without the module says to load it'
fails 1 "'bogus=1' is not a parameter .* collect, enabled" \
	'load: an unknown parameter' load bogus=1
fails 1 "parameter selective=5: invalid value; selective: 0: all" \
	'load: a parameter that is not text names its values' load selective=5
fails 1 'parameter collect=bogus: invalid value; collect: count, time or hist' \
	'load: an invalid value' load collect=bogus

# ---- load, status, unload -----------------------------------------------

# The module is beside the command, where the build puts it.
mkdir -p "$T/bin/userland" "$T/bin/module"
cp "$SYSTALLY" "$T/bin/userland/systally"
cp "$SYSTALLY_KO" "$T/bin/module/systally.ko"
SYSTALLY=$T/bin/userland/systally
try load collect=time 'syscalls=getppid getsid'
is "$got $(<"$D/collect") $(xargs <"$D/syscalls")" '0 time getppid getsid' \
	'load takes parameters'
fails 1 'loaded already' 'load fails when the module is loaded' load
exec 9<"$D/counters"
fails 1 "in use by process $$ [(].*[)].*end that" \
	'unload: fails while the module is in use' unload
exec 9<&-
try unload
is "$got $(leftovers)" '0 ' 'unload'
# A version magic that no kernel has
LC_ALL=C sed 's/\(vermagic=[^ ]*\) SMP/\1 SMQ/' "$SYSTALLY_KO" \
	>"$T/bin/module/systally.ko"
fails 1 'another configuration .*version magic .* SMQ .*build it again' \
	'load: a module for another kernel' load
# Without a module beside the command, load takes the installed one, as modprobe
# does.
rm -r "$T/bin/module"
modules=/lib/modules/$(uname -r)
# as a regular expression: Debian 13 has a + in the release
modules_like=${modules//+/[+]}
mount -t tmpfs none "$modules"
fails 1 "none in $modules_like; build it" 'load: no module anywhere' load
cp "$SYSTALLY_KO" "$modules"
# depmod warns if these are missing
touch "$modules"/modules.{order,builtin,builtin.modinfo}
depmod
try load collect=time
is "$got $(<"$D/collect") $(<"$T/out")" "0 time loaded $modules/systally.ko" \
	'load: the installed module, with a parameter'
unload
fails 1 "$modules_like/systally.ko: parameter collect=x: invalid value" \
	'load: the installed module, with an invalid value' load collect=x
umount "$modules"

need_load
try status
is "$got $(sed 's/:.*//' "$T/out" | sort | xargs)" \
	"0 $( (echo sessions && sed 's/:.*//' "$D/status") | sort | xargs)" \
	'status has all keys, and the number of other sessions'
is "$(grep -c '^entered: 0$' "$T/out")" 1 'status has a value'
"$WORKLOAD/calls" -t plain >/dev/null
try status --verify
like "$got $(<"$T/out")" '^0 verified: entered ([0-9]+) == tallied \1 .* 0$' \
	'status --verify proves the totals'
try status --format json
cp "$T/out" "$T/json"
is "$(json get entered) $(json get state)" "$(status entered) off" \
	'status --format json has the values'
try status --verify --format json
cp "$T/out" "$T/json"
is "$(json get verified)" 1 'status --verify --format json says verified'
try status --format csv
is "$(head -n 1 "$T/out") $(grep -c '^state,off$' "$T/out")" 'key,value 1' \
	'status --format csv has keys and values'
try status -o "$T/file"
is "$got $(grep -c '^state: off$' "$T/file")$(<"$T/out")" '0 1' \
	'status -o writes to the file only'
try doctor --format json
cp "$T/out" "$T/json"
passes 'doctor --format json is JSON' json keys
try doctor
failures=$(grep -c '^fail ' "$T/out")
is "$got" $((failures > 0)) 'doctor: status 1 if a check fails, else 0'
is "$(grep -cvE '^(ok|warn|fail|unknown) +[^ ]+.*: ' "$T/out")" 0 \
	'doctor: each line begins with its verdict'
is "$(grep -cE '^(unknown +systally: .*no systally.ko|ok +counters: )' \
	"$T/out")" 2 'doctor: without a module file, the build is unknown'
mkdir "$T/bin/module"
cp "$SYSTALLY_KO" "$T/bin/module/systally.ko"
try doctor
is "$(grep -cE '^ok +systally: .* it is the build in /' "$T/out")" 1 \
	'doctor: the module is this build'
rm -r "$T/bin/module"
ctl enabled 0
try doctor
like "$(<"$T/out")" 'warn +counters: .*switched off; .*echo 1 >' \
	'doctor: warns where counting is switched off'
ctl enabled 1

# ---- run: what it counts ------------------------------------------------

before=$(settings)
try run --format csv -o "$T/csv" -- "$WORKLOAD/calls" plain
is "$got $(grep -c '^count' "$T/out")$(<"$T/err")" '0 7' \
	"run: standard output is the command's"
is "$(csv count execve) $(csv count exit_group)" '1 1' \
	'run: counts from the exec to the exit'
is "$(csv count getppid) $(csv count close) $(csv count select)" \
	'10007 503 211' 'run: counts its calls exactly'
is "$(awk -F, 'NR > 1 { print $2 }' "$T/csv" | sort -u)" calls \
	'run: counts nothing of systally itself'
is "$(settings)" "$before" 'run: leaves the controls alone'
try run --format csv -o "$T/csv" -- "$WORKLOAD/tree" 2 3
is "$(csv count getppid) $(csv count exit_group)" '1313 13' \
	'run: counts children'
try run --format csv -o "$T/csv" -- "$WORKLOAD/calls32" plain
is "$(csv count getppid) $(csv count i386 abi)" "10007 $(
	awk -F, 'NR > 1 { sum += $6 } END { print sum - 1 }' "$T/csv")" \
	'run: of a 32-bit command, only the first exec is x86-64'
try run --format csv -o "$T/csv" -- sh -c \
	"$WORKLOAD/calls ppid 101; $WORKLOAD/calls32 ppid 103"
is "$(awk -F, '$2 ~ /^calls/ && $5 == "getppid" { sum += $6 }
	END { print sum }' "$T/csv") $(csv count execve)" '204 3' \
	'run: counts what a shell script starts'

# ---- run: exit status ---------------------------------------------------

try run -o "$T/file" -- sh -c 'exit 3'
is "$got" 3 "run: returns the command's status"
try run -o "$T/file" -- false
is "$got" 1 'run: returns the status of false'
try run -o "$T/file" -- sh -c 'kill -TERM $$'
is "$got" 143 'run: returns 128 + the signal that ended the command'
fails 127 'nonexistent' 'run: a command that does not exist: status 127' run /nonexistent
fails 126 '/etc/passwd' 'run: a file that is not executable: status 126' run /etc/passwd
fails 1 '/nonexistent/file' 'run: fails if -o cannot be written' \
	run -o /nonexistent/file -- true
ctl targets $$
try run --format csv -o "$T/csv" -- "$WORKLOAD/calls" ppid 101
is "$got $(csv count getppid) $(<"$D/targets")" "0 101 $$" \
	'run: counts beside the targets of the default session'
ctl targets none
ctl reset 1
# counted CALL: a session has it
counted() {
	grep -q "$1" "$D"/sessions/*/counters
}
# sessionless: there is none but the default session
sessionless() {
	[ "$(echo "$D"/sessions/*)" = "$D/sessions/new" ]
}
talk_start sleeper "${interruptible[@]}" "$SYSTALLY" run \
	-e nanosleep,clock_nanosleep -o "$T/file" -- sleep 1000
wait_for counted nanosleep
kill -INT "${talk_pid[sleeper]}"
talk_end sleeper
is "$? $(grep -c clock_nanosleep "$T/file") $(settings)" "130 1 $before" \
	'run: SIGINT ends it with the report'

# run passes signals on to the command, but not those that the command sends
# shellcheck disable=SC2016 # that shell's
try run -o "$T/file" -- sh -c 'kill -USR1 $PPID; sleep 0.1; exit 5'
is "$got" 5 'run: a signal of the command is not sent back to it'
"$SYSTALLY" run -o - -- true | :
is "${PIPESTATUS[0]}" 0 "run -o -: returns the command's status if nobody reads"
# shellcheck disable=SC2016 # that shell's
talk_start cut "$SYSTALLY" run -e poll -o "$T/file" -- sh -c \
	'trap "" TERM; echo ready; read -r line; exit 7'
talk_until cut ready
kill -TERM "${talk_pid[cut]}"
again() {
	kill -TERM "${talk_pid[cut]}" && sessionless
}
wait_for again
talk_end cut
is "$? $(grep -c 'before the counting ended' "$T/file")" '7 1' \
	'run -e: after a second signal, it does not say that there was no call'
try run -u nobody -o "$T/file" -- sh -c 'id -u; id -g; id -G'
is "$got $(xargs <"$T/out")" "0 $(id -u nobody) $(id -g nobody) $(id -G nobody)" \
	'run -u: the command has the ids and groups of the user'
fails 1 "as 'nosuchuser': there is no such user" 'run -u: an unknown user' \
	run -u nosuchuser true

# ---- options ------------------------------------------------------------

try run -e getppid,close --format csv -o "$T/csv" -- "$WORKLOAD/calls" plain
is "$(awk -F, 'NR > 1 { print $5 }' "$T/csv" | sort | xargs)" \
	'close getppid' '-e takes names'
try run -e 7 --format csv -o "$T/csv" -- "$WORKLOAD/calls" plain
is "$(awk -F, 'NR > 1 { print $5 }' "$T/csv" | xargs)" poll '-e takes a number'
try run -e '!getppid,close' --format csv -o "$T/csv" -- \
	"$WORKLOAD/calls" plain
is "$(csv count getppid) $(csv count close) $(csv count poll)" '0 0 307' \
	'-e takes a negated set'
try run -e %desc --format csv -o "$T/csv" -- "$WORKLOAD/calls" plain
is "$(csv count getppid) $(csv count close) $(csv count poll)" '0 503 307' \
	'-e takes a class'
fails 2 'nosuchcall' '-e with an unknown name is wrong usage' run -e nosuchcall true
try run -x --format csv -o "$T/csv" -- "$WORKLOAD/calls" plain
is "$(csv count getppid) $(csv errors close)" '0 503' \
	'-x shows failed calls only'
try run -L --format csv -o "$T/csv" -- "$WORKLOAD/calls" sleeps 3 10
at_least "$(csv total_ns nanosleep)" 30000000 '-L keeps times'
try run -n 2 --format csv -o "$T/csv" -- "$WORKLOAD/calls" plain
is "$(awk -F, 'NR > 1 { print $5 }' "$T/csv" | xargs)" 'getppid getpgid' \
	'-n 2 shows two rows'
try run -s name -b syscall --format csv -o "$T/csv" -- \
	"$WORKLOAD/calls" plain
names=$(awk -F, 'NR > 1 { print $3 }' "$T/csv")
is "$names" "$(LC_ALL=C sort <<<"$names")" '-s name sorts by name'
for by in syscall process thread command errno; do
	try run -b $by --format csv -o "$T/csv" -- "$WORKLOAD/threads" 8
	case $by in
	syscall) is "$(csv count getppid)" 90063 '-b syscall adds up' ;;
	process) is "$(wc -l <"$T/csv")" 2 '-b process has one row' ;;
	thread) is "$(wc -l <"$T/csv")" 10 '-b thread has nine rows' ;;
	command) is "$(csv count threads comm)" "$(
		awk -F, 'NR > 1 { print $2 }' "$T/csv")" '-b command has one row' ;;
	errno) is "$(csv count EBADF name)" 4527 '-b errno adds up' ;;
	esac
done
try run -- "$WORKLOAD/calls" plain
is "$got $(grep -c '^ *10007 .* getppid$' "$T/err")" '0 1' \
	'without -o, the text goes to stderr'
is "$(awk 'length > 80' "$T/err")" '' 'the text fits 80 columns'

# ---- JSON ---------------------------------------------------------------

try run -L --format json -o "$T/json" -- "$WORKLOAD/calls" plain
is "$(json keys)" 'collect format kernel notes rows unattributed' \
	'json: has these keys'
is "$(json row-keys)" \
	'abi comm count errors max_ns nr p50_ns p90_ns p999_ns p99_ns syscall tgid total_ns' \
	'json: a row has these keys'
is "$(json get format) $(json get collect) $(json get kernel)" \
	"1 time $(uname -r)" 'json: says format, level and kernel'
is "$(json rows | awk '$4 == "close" { print $2, $3, $5, $6 }')" \
	'calls x86-64 503 503' 'json: a row is exact'
is "$(json get unattributed)" 0 'json: unattributed is 0'
try run --format json -o "$T/json" -- sh -c \
	"exec -a 'a \"b\" é' $WORKLOAD/calls ppid 7" 2>/dev/null
passes 'json: quotes, blanks and UTF-8 in a command name are escaped' json keys
try run --format json -o "$T/json" -- "$WORKLOAD/calls" x32
is "$(json rows | awk '$3 == "x32" && $4 == "getppid" { print $5 }')" 10007 \
	'json: x32 calls are exact'

# ---- report -------------------------------------------------------------

ctl reset 1
try report
like "$got $(cat "$T/out" "$T/err")" '^0 .*targets' \
	'report: says why when nothing was counted'
ctl collect time
"$WORKLOAD/calls" -t plain >/dev/null
"$WORKLOAD/threads" -t 8 >/dev/null
try report
is "$got $(wc -c <"$T/err")" '0 0' 'report succeeds'
at_least 15 "$(wc -l <"$T/out")" 'report: shows ten rows without -n'
at_least "$(grep -c getppid "$T/out")" 1 'report: shows the most frequent call'
try report -n 3 --format csv -b syscall -o "$T/csv"
is "$(wc -l <"$T/csv") $(csv count getppid)" '4 100070' \
	'report -n 3 -b syscall shows three rows'
try report --format csv -o "$T/csv"
is "$(csv count getppid)" 100070 'report --format csv has all rows'
is "$(awk -F, 'NR > 1 { sum += $6 } END { print sum }' "$T/csv")" \
	"$(status entered)" 'report: the rows add up to entered'
try report -b errno -o "$T/csv" --format csv
is "$(csv count EBADF name)" 5030 'report -b errno adds up'
for sort in time avg max errors; do
	try report -s $sort --format csv -b syscall -o "$T/csv"
	[ "$got" = 0 ] || break
done
is "$got" 0 'report sorts by time, avg, max, errors'
talk_start storm nice -n 19 "$WORKLOAD/storm" 2 1
talk_until storm ready
mapfile -t pids < <(said storm process)
ctl targets "${pids[*]}"
talk_ask storm go going
try report -d 0.3 -p "${pids[0]}" --format csv -o "$T/csv"
is "$got $(awk -F, 'NR > 1 { print $1 }' "$T/csv" | sort -u)" \
	"0 ${pids[0]}" 'report -d -p shows only that process'
fails 1 'nonexistent' 'report: fails if -o cannot be written' report -o /nonexistent/x

# ---- top ----------------------------------------------------------------

try top -i 0.2 -d 1 -n 3
is "$got $(wc -c <"$T/err")" '0 0' 'top writes to a pipe'
is "$("$SYSTALLY" top -i 0.2 -n 3 | grep -m 3 -c getppid)" 3 \
	'top: prints a block per interval'
try top -p "${pids[1]}" -i 0.3 -d 0.7 --format json
cp "$T/out" "$T/json"
is "$got $(json rows | awk '{ print $1 }' | sort -u)" "0 ${pids[1]}" \
	'top -p --format json shows only that process'
at_least "$(json keys | wc -l)" 2 \
	'top --format json prints a document per interval'
try top -i 0.3 -d 0.7 --format csv
is "$got $(grep -c '^time,' "$T/out")" '0 1' \
	'top --format csv prints one header'
"$SYSTALLY" top -i 0.2 2>"$T/err" | head -n 1 >/dev/null
is "${PIPESTATUS[0]} $(wc -c <"$T/err")" '0 0' \
	'top: ends quietly when its pipe is closed'
talk_start top "${interruptible[@]}" "$SYSTALLY" top -i 100
# It receives signals once it has a signalfd
wait_for sh -c "ls -l /proc/${talk_pid[top]}/fd | grep -q signalfd"
kill -INT "${talk_pid[top]}"
talk_end top
is $? 130 'top: SIGINT ends it, and the shell sees that'
sleep 1000 &
sleeper=$!
talk_start top "$SYSTALLY" top -p "$sleeper" -i 100
wait_for sh -c "ls -l /proc/${talk_pid[top]}/fd | grep -q signalfd"
kill "$sleeper"
talk_until top \
	'note: the processes of -p have ended, and what they have started'
talk_end top
is $? 0 'top -p: ends with its processes, and says so'
talk_start top "$SYSTALLY" top -i 100
wait_for sh -c "ls -l /proc/${talk_pid[top]}/fd | grep -q signalfd"
kill -TERM "${talk_pid[top]}"
cat <&"${talk_out[top]}" >"$T/out"
talk_end top
is "$? $(grep -c ' calls in ' "$T/out")" '143 1' \
	'top: ended by a signal, it writes the interval that has begun'
if command -v script >/dev/null; then
	TERM=dumb timeout 30 script -qec "'$SYSTALLY' top -i 0.2 -d 0.7" \
		"$T/typescript" >/dev/null </dev/null
	is "$? $(grep -c $'\e' "$T/typescript")" '0 0' \
		'top on a dumb terminal: plain blocks'
	grep -q ' calls in ' "$T/typescript"
	ok $? 'top on a dumb terminal shows calls'
	TERM=xterm timeout 30 script -qec "stty cols 80 rows 24
		'$SYSTALLY' top -i 0.2 -d 0.7" "$T/typescript" >/dev/null \
		</dev/null
	is $? 0 'top runs on a terminal'
	grep -q getppid "$T/typescript"
	ok $? 'top on a terminal shows calls'
else
	skip 'top on a dumb terminal' 'no script here'
	skip 'top on a dumb terminal shows calls' 'no script here'
	skip 'top on a terminal' 'no script here'
	skip 'top on a terminal shows calls' 'no script here'
fi
talk_ask storm stop stopped
talk_end storm
ctl targets none

# ---- without root ----------------------------------------------------------

nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
chmod -R a+rX "$T"
for command in report status top 'run true' reset unload; do
	# shellcheck disable=SC2086 # words
	"${nobody[@]}" "$SYSTALLY" $command >"$T/out" 2>"$T/err"
	like "$? $(wc -l <"$T/err") $(<"$T/err")" '^1 1 .*root' \
		"without root, $command says that it needs root"
done

# ---- several commands at a time -------------------------------------------

# The programs are stopped when they have started. The first session counts them,
# too.
"$SYSTALLY" top -i 1000 --format csv -o "$T/top" 2>"$T/top.err" &
everybody=$!
wait_for sh -c "grep -q '^targets: all' $D/sessions/*/status"
for i in 1 2; do
	"$SYSTALLY" run -L --format csv -o "$T/run$i" -- \
		"$WORKLOAD/calls" -s ppid $((1009 + i)) >"$T/said$i" &
	run[i]=$!
done
"$SYSTALLY" run -P --format json -o "$T/json" -- \
	"$WORKLOAD/calls" -s plain 3 >"$T/said3" &
run[3]=$!
wait_for workers_stopped 3
try status
is "$got $(grep -c '^session\.s' "$T/out") $(grep '^sessions:' "$T/out")" \
	'0 4 sessions: 4' 'status lists the sessions'
like "$(<"$T/out")" \
	"session\.s[0-9]+: $everybody \(systally\) counts all processes, level count, [0-9.]+ s, [0-9]+ bytes" \
	'and says whose they are, and what they count'
try status --format json
cp "$T/out" "$T/status"
like "$(<"$T/status")" "\"session\.s[0-9]+\.owner_pid\":$everybody," \
	'as JSON, each fact has a key'
name=$(grep -l '^targets: all' "$D"/sessions/*/status)
name=${name%/status}
name=${name##*/}
try report --session "$name" --format csv -o "$T/csv"
is "$got" 0 'report --session succeeds'
at_least "$(csv count execve)" 3 'and shows a session of another'
fails 1 "no session 'nosuch'; there are default, s[0-9]+, s" \
	'a session that is not there: the names of those that are' \
	report --session nosuch
try reset
is "$got" 0 'reset does not disturb other sessions'
# shellcheck disable=SC2086 # words
kill -CONT $workers
for i in 1 2 3; do
	wait "${run[i]}"
	is "$?" 0 "run $i beside others succeeds"
done
is "$(awk -F, 'NR > 1 && $5 == "getppid" { print $6 }' "$T/run1") $(
	awk -F, 'NR > 1 && $5 == "getppid" { print $6 }' "$T/run2")" '1010 1011' \
	'two of them with times: each has its own calls, and all of them'
is "$(json rows | awk '$4 == "getppid" { print $5 }')" \
	"$(awk '$1 == "count" && $3 == "getppid" { print $4 }' "$T/said3")" \
	'and so has one with histograms'
"$SYSTALLY" top --session "$name" -i 0.2 >"$T/watched" 2>"$T/watched.err" &
watcher=$!
wait_for grep -q ' calls in ' "$T/watched"
kill -TERM $everybody
wait $everybody
wait $watcher
is "$? $(<"$T/watched.err")" "0 note: session $name has ended" \
	'top --session: ends with the session, and says so'
fails 1 "no session '$name'; there" 'report: a session that has ended' \
	report --session "$name"
is "$(awk -F, '$6 == "getppid" && $3 == "calls" { sum += $7 } END { print sum }' \
	"$T/top")" "$((1010 + 1011 + $(awk '
	$1 == "count" && $3 == "getppid" { print $4 }' "$T/said3")))" \
	'top of everybody has the calls of all three'
becomes sessionless
is "$(settings collect)" "${before/collect=count /}" \
	'the default session is as before'

is "$(totals | grep -v '^times in\|^errors in')" '' 'the totals add up'
ctl collect count

# ---- reset --------------------------------------------------------------

ctl targets all
passes 'the workload succeeds' "$WORKLOAD/calls" ppid 1009
ctl targets none
at_least "$(status entered)" 1009 'before a reset the calls are there'
try reset
is "$got $(<"$T/out")$(<"$T/err") $(sed -n 's/^entered: //p' "$D/status")" \
	'0  0' 'reset sets the counters to zero and says nothing'
is "$(settings collect)" "${before/collect=count /}" 'reset keeps the controls'

# ---- a child that outlives the command ----------------------------------

try run --format csv -o "$T/csv" -- sh -c \
	"'$WORKLOAD/crowd' 1 </dev/null >/dev/null 2>&1 & exit 0"
is "$got $(<"$D/targets")" '0 none' \
	'run: a child that outlives the command is no longer a target'

finish
