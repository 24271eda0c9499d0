#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The helpers of the guest tests must find each fault that they are written for.
# If a helper cannot fail, no test that uses it can fail.

set -u

cd "$(dirname "$0")/../.." || exit
unset T # make exports it, and the makes here would use it
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh

# ---- tap.sh --------------------------------------------------------------

# under_prove NAME STATUS PATTERN: a test that runs $T/test.t under prove
under_prove() {
	prove "$T/test.t" >"$T/said" 2>&1
	like "$? $(tr '\n' ' ' <"$T/said")" "^$2 .*$3" "$1" || note "$(<"$T/said")"
}
write_test() {
	{
		echo '#!/bin/bash'
		echo "T=$T; . tests/tap.sh"
		cat
	} >"$T/test.t"
}
write_test <<<'ok 0 one; ok 0 two; done_testing'
under_prove 'a file whose tests pass' 0 'Tests=2, .*PASS'
write_test <<<'ok 0 one; exit 0; done_testing'
under_prove 'a file that ends early fails' 1 'No plan found'
write_test <<<'done_testing'
under_prove 'a file without tests fails' 1 'Failed test: +1'
write_test <<<'ok 0 one; done_testing; ok 0 two'
under_prove 'a test after the plan fails' 1 'FAIL'
write_test <<<'patience=0 wait_for false; ok 0 one; done_testing'
under_prove 'a wait that times out fails' 1 'Failed test: +1'
# shellcheck disable=SC2016 # that shell's
write_test <<<'patience=0 becomes false; ok $(($? != 1)) one; done_testing'
under_prove 'becomes returns the time-out' 0 'Tests=1, .*PASS'

# ---- splats.sh -----------------------------------------------------------

# The kernel's log is a file here.
dmesg() {
	cat "$T/log"
}
# shellcheck source=tests/guest/splats.sh
. tests/guest/splats.sh
# shellcheck disable=SC2034 # splats.sh uses it
mark='systally test here.'
printf '%s\n' 'BUG: before' "$mark" 'quiet' >"$T/log"
is "$(splat_lines)" '' 'splats: none since the mark'
printf '%s\n' "$mark" 'BUG: since' >"$T/log"
is "$(splat_lines)" 'BUG: since' 'splats: one since the mark'
printf '%s\n' "$mark" 'BUG: first' "$mark" 'BUG: second' >"$T/log"
is "$(splat_lines)" 'BUG: second' 'splats: since the last mark'
echo 'quiet' >"$T/log"
like "$(splat_lines)" 'has lost the line: systally test here' \
	'splats: a mark that the log has lost is reported'
: >"$T/log"
like "$(splat_lines)" 'has lost the line' 'splats: and an empty log'

# ---- flags.sh ------------------------------------------------------------

clean() {
	:
}
root=$PWD
# shellcheck source=tests/guest/flags.sh
. tests/guest/flags.sh
trap 'rm -rf "$T"' EXIT
F=$T
printf '%s\n' '1 1 0 init' '7 7 1 a' '7 8 1 a' >"$T/tasks"
is "$(flags_differ 7)" '' 'flags: only the tasks of 7 carry it'
like "$(flags_differ none)" '^7/7 a carries it' 'flags: a task must not carry it'
like "$(flags_differ everyone)" '^1/1 init does not' \
	'flags: all are to carry it'
like "$(flags_differ 7 9)" 'no task of process 9' \
	'flags: a process that is not there is reported'
like "$(flags_differ '')" 'no process was named' 'flags: no name is reported'
: >"$T/tasks"
like "$(flags_differ none)" 'no tasks' 'flags: an empty list is reported'
F=$T/nowhere
like "$(flags_differ none 2>/dev/null)" 'cannot be read' \
	'flags: a list that is not there is reported'

# function_of FILE NAME: defines only this function of FILE
function_of() {
	eval "$(sed -n "/^$2() {/,/^}/p" "$1")"
}

# ---- compare.awk ---------------------------------------------------------

cat >"$T/counters" <<'TABLE'
tgid comm abi nr name count errors total_ns max_ns tid
7 calls x86-64 110 getppid 101 0 0 0 0
TABLE
echo 'tgid comm abi nr errno count' >"$T/errors"
printf '%s\n' 'entered: 101' 'tallied: 101' 'unattributed: 0' >"$T/status"
echo tracepoint >"$T/hook"
echo count >"$T/collect"
echo all >"$T/syscalls"
function_of tests/guest/lib.sh status
function_of tests/guest/lib.sh compare
# shellcheck disable=SC2317 # compare() calls it
calls_beyond() {
	:
}
here=$PWD/tests/guest
# compared [FILE]: prints the result of compare() of lib.sh for these files
compared() {
	D=$T compare "${1:-/dev/null}"
}
echo 'count x86-64 getppid 101' >"$T/expect"
is "$(compared "$T/expect")" '' 'compare: equal'
is "$(compared)" '' 'compare: totals alone'
echo 'count x86-64 getppid 102' >"$T/expect"
like "$(compared "$T/expect")" 'getppid: 101 instead of 102' \
	'compare: one call less'
: >"$T/expect"
like "$(compared "$T/expect")" 'has said nothing' \
	'compare: a workload that died before it printed anything is reported'
printf '%s\n' 'count x86-64 getppid 101' 'died calls status 137' >"$T/expect"
like "$(compared "$T/expect")" 'a workload failed: calls status 137' \
	'compare: a workload that failed afterwards is reported'
# shellcheck disable=SC2034 # compare uses it
here=$T/nowhere
like "$(compared "$T/expect" 2>&1)" 'compare.awk has failed' \
	'compare: a comparison that fails is reported'

# ---- lib.sh and storms.sh ------------------------------------------------

WORKLOAD=$T
printf '#!/bin/sh\necho said\nexit 3\n' >"$T/fails"
chmod +x "$T/fails"
function_of tests/guest/lib.sh workload
function_of tests/guest/lib.sh ended
is "$(workload fails | xargs)" 'said died fails status 3' \
	'workload: reports that it failed'
"$T/fails" >"$T/expect" &
pid=$!
ended $pid "$T/expect"
is "$(xargs <"$T/expect")" "said died $pid status 3" \
	'ended: reports that one in the background failed'
# shellcheck disable=SC2034 # rows_differ uses it
D=$T
function_of tests/guest/storms.sh rows_differ
function_of tests/guest/05-storm.t calls_differ
echo 'storm 7 x86-64 getppid 101' >"$T/storm.said"
is "$(rows_differ storm.said)$(calls_differ storm.said)" '' \
	'rows_differ, calls_differ: equal'
echo 'storm 7 x86-64 getppid 102' >"$T/storm.said"
like "$(rows_differ storm.said) $(calls_differ storm.said)" \
	'101, not 102 getppid 101 102' 'rows_differ, calls_differ: one call less'
: >"$T/storm.said"
like "$(rows_differ storm.said) $(calls_differ storm.said)" \
	'have made no calls the storms have made no calls' \
	'rows_differ, calls_differ: a storm without counts is reported'

# ---- run and in-parallel -------------------------------------------------

# in-parallel reads the last line of run. Here the lab is a script that prints
# $says.
mkdir -p "$T/tree/tests/guest" "$T/tree/tests/lab"
cp tests/guest/in-parallel "$T/tree/tests/guest/"
cat >"$T/tree/tests/lab/run" <<'SCRIPT'
#!/bin/sh
echo "$says"
exit "$status"
SCRIPT
chmod +x "$T/tree/tests/lab/run"
export says status
# in_parallel: the status, and the last line
in_parallel() {
	"$T/tree/tests/guest/in-parallel" 'env A=b' 'one.t two.t' >"$T/said" 2>&1
	echo "$? $(tail -n 1 "$T/said")"
}
says='guest tests: passed: 2 of 2 files ran, 9 tests, 1 skipped, on 6.12.0' status=0
is "$(in_parallel)" \
	'0 guest tests: passed: 2 of 2 files ran, 9 tests, 1 skipped, in 1 labs' \
	'in-parallel: passes'
status=1
like "$(in_parallel)" '^1 guest tests: FAILED: 2 of 2' \
	'in-parallel: a lab that fails'
says='guest tests: FAILED: 2 of 2 files ran, 9 tests, 1 skipped, on 6.12.0' status=0
like "$(in_parallel)" '^1 guest tests: FAILED' \
	'in-parallel: a lab that returns 0 although a test failed'
says='guest tests: passed: 1 of 1 files ran, 9 tests, 1 skipped, on 6.12.0'
like "$(in_parallel)" '^1 guest tests: FAILED: 1 of 2' \
	'in-parallel: a file is missing'
says='nothing'
like "$(in_parallel)" '^1 guest tests: FAILED: 0 of 2' \
	'in-parallel: a lab that says nothing'

done_testing
