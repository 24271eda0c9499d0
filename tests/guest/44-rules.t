#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rules in `targets`: by control group, user and name. Processes are counted from the
# call after they begin to match to the call with which they cease to, and others are
# not.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

need_load
groups=/sys/fs/cgroup
mountpoint -q $groups || mount -t cgroup2 none $groups
mkdir -p $groups/test/{a/sub,b} || bail 'cannot make control groups'

# called: the sum of getppid over all rows
called() {
	"$SYSTALLY" report -b command -e getppid --format csv | tail -n +2 |
		awk -F, '{ n += $2 } END { print n + 0 }'
}

# said_of PATTERN: what mover has said of folders that match
said_of() {
	awk -v pattern="$1" '/^group/ && $2 ~ pattern { n += $5 }
		END { print n + 0 }' "$T/said"
}

# targets: the control, in one line
targets() {
	local lines

	lines=$(<"$D/targets")
	echo "${lines//$'\n'/ }"
}

fresh() {
	ctl targets none
	ctl reset 1
}

# ---- the control --------------------------------------------------------

ctl targets 'cgroup:/test/a uid:7 comm:some\x20name'
is "$(targets)" 'cgroup:/test/a uid:7 comm:some\x20name' \
	'targets shows rules as it takes them'
# shellcheck disable=SC2317 # becomes calls it
is_waiting() {
	[ "$(status targets) $(status state)" = '0 selective' ]
}
becomes is_waiting
ctl targets "+$$"
is "$(targets)" "cgroup:/test/a uid:7 comm:some\\x20name $$" \
	'a pid beside rules'
ctl targets '-uid:7'
is "$(targets)" "cgroup:/test/a comm:some\\x20name $$" \
	'a rule is removed by its sign'
before=$(<"$D/targets")
is "$(refused targets +cgroup:/test/none) $(refused targets -uid:8) $(
	refused targets cgroup:test/a) $(refused targets uid:x) $(
	refused targets comm:) $(refused targets unit:x) $(
	refused targets '+uid:1 uid:2') $(refused targets 'all uid:1')" \
	'ENOENT ENOENT EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL' \
	'unknown groups and rules, and malformed ones'
is "$(refused targets "$(seq -f +uid:%g 100 170 | xargs)")" E2BIG \
	'more than 64 rules'
is "$(refused targets "$(seq -f +uid:%g 100 161 | xargs)")" ok '64 are possible'
is "$(refused targets +uid:99)" E2BIG 'and no more'
ctl targets "$(tr '\n' ' ' <<<"$before")"
is "$(<"$D/targets")" "$before" \
	'what targets shows can be written back, and replaces all'
ctl targets none
is "$(<"$D/targets") $(status state)" 'none off' 'none drops the rules'
ctl targets 'uid:3'
ctl targets all
ctl targets $$
is "$(<"$D/targets")" $$ 'so does all'
ctl targets 'uid:3'
is "$(<"$D/targets")" uid:3 'a rule replaces pids'
ctl targets $$
is "$(<"$D/targets")" $$ 'and pids replace rules'
fresh

# ---- control groups -----------------------------------------------------

# One process, from the call after its move to the next move
for collect in count time; do
	ctl collect $collect
	ctl targets cgroup:/test/a
	"$WORKLOAD/mover" 1 37 11 $groups/test/{b,a,a/sub} >"$T/said"
	is "$(called)" "$(said_of '/test/a')" \
		"collect=$collect: a process is counted while it is in a group, or below it"
	[ $collect = count ] ||
		is "$("$SYSTALLY" report -b errno -e close --format csv |
			awk -F, 'NR > 1 { print $3 }')" \
			"$("$SYSTALLY" report -b command -x -e close --format csv |
				awk -F, 'NR > 1 { print $3 }')" \
			'and each of its errors then'
	fresh
done
ctl collect count

# A group that has processes already; forks stay in it
(echo $BASHPID >$groups/test/a/cgroup.procs
 exec "$WORKLOAD/churn" -s 13 3) >"$T/churned" &
pid=$!
wait_for state_is $pid T
ctl targets cgroup:/test
is "$(status targets)" 1 'a process that is in the group already'
kill -CONT $pid
wait $pid
is "$(called)" "$(awk '/^count.*getppid/ { print $4 }' "$T/churned")" \
	'it and its children are counted'
becomes [ "$(status targets)" = 0 ]
fresh

# Threads come with their process.
ctl collect time
ctl targets cgroup:/test/a
(echo $BASHPID >$groups/test/a/cgroup.procs
 exec "$WORKLOAD/threads" 8) >"$T/expect"
is "$("$SYSTALLY" report -b syscall -e getppid --format csv | tail -n +2 |
	cut -d, -f4)" "$(awk '/^count.*getppid/ { print $4 }' "$T/expect")" \
	'a process with eight threads'
fresh
ctl collect count

# Many that move by themselves: none is lost or counted twice.
for hook in tracepoint direct kprobe; do
	[ $hook != direct ] || [ -z "$(direct_missing)" ] || continue
	ctl hook $hook
	ctl targets cgroup:/test/a
	"$WORKLOAD/mover" $((LONG ? 300 : 61)) 7 $RANDOM $groups/test/{b,a,a/sub} \
		>"$T/said"
	is "$(called)" "$(said_of '/test/a')" \
		"$hook: many processes that go and come"
	is "$(status unattributed)" 0 'none is unattributed'
	fresh
done
ctl hook auto

# Two sessions, with different rules
exec {first}<"$D/sessions/new" {second}<"$D/sessions/new"
read -r one <&$first
read -r two <&$second
echo cgroup:/test/a/sub >"$D/sessions/$one/targets"
echo cgroup:/test/a >"$D/sessions/$two/targets"
echo time >"$D/sessions/$two/collect"
ctl targets uid:7
"$WORKLOAD/mover" 11 23 3 $groups/test/{b,a,a/sub} uid:7 uid:0 >"$T/said"
in_session() {
	awk '$5 == "getppid" { n += $6 } END { print n + 0 }' \
		"$D/sessions/$1/counters"
}
# While it changes its user, a process stays in its group.
total=$(awk '/^count.*getppid/ { print $4 }' "$T/said")
at_least "$(in_session "$two")" "$(in_session "$one")" \
	'three sessions: the outer group has the calls of the inner one'
at_least "$total" "$(($(in_session "$two") + 1))" 'and not all calls'
at_least "$(called)" "$(said_of uid:7)" 'the user has those made at once, at least'
exec {first}<&- {second}<&-
fresh

# ---- users --------------------------------------------------------------

ctl targets uid:7
"$WORKLOAD/mover" 5 37 17 uid:0 uid:7 uid:8 >"$T/said"
is "$(called)" "$(said_of '^uid:7$')" \
	'processes are counted while they are that user'
fresh

# A program with the setuid bit, and a child of another user
cp "$WORKLOAD/calls" /tmp/setuid-calls
chown 7 /tmp/setuid-calls
chmod 4755 /tmp/setuid-calls
ctl targets uid:7
setpriv --reuid 8 --clear-groups /tmp/setuid-calls plain >"$T/expect"
is "$(called)" "$(awk '/^count.*getppid/ { print $4 }' "$T/expect")" \
	'a setuid program, from its exec on'
is "$(called)" "$("$SYSTALLY" report -b user -e getppid --format csv |
	awk -F, '$1 == 7 { print $3 }')" 'and its rows are of that user'
fresh
ctl targets uid:8
setpriv --reuid 8 --clear-groups /tmp/setuid-calls plain >/dev/null
is "$(called)" 0 'no call of it is the caller'\''s'
rm /tmp/setuid-calls
fresh

# ---- names --------------------------------------------------------------

ctl targets comm:counted
cp "$WORKLOAD/calls" /tmp/counted
cp "$WORKLOAD/calls" /tmp/other
/tmp/other plain >/dev/null
/tmp/counted plain >"$T/expect"
is "$(called)" "$(awk '/^count.*getppid/ { print $4 }' "$T/expect")" \
	'a name: from the exec on'
(exec -a misleading /tmp/counted plain) >/dev/null
is "$(called)" $((2 * $(awk '/^count.*getppid/ { print $4 }' "$T/expect"))) \
	'by the name of the executable, not by argv[0]'
(exec -a counted /tmp/other plain) >/dev/null
is "$(called)" $((2 * $(awk '/^count.*getppid/ { print $4 }' "$T/expect"))) \
	'whatever that says'
rm /tmp/counted /tmp/other
fresh

# ---- with follow --------------------------------------------------------

ctl follow 1
ctl targets comm:counted
cp "$WORKLOAD/churn" /tmp/counted
/tmp/counted 7 2 >"$T/churned"
is "$(called)" "$(awk '/^count.*getppid/ { print $4 }' "$T/churned")" \
	'follow=1: children stay targets, also under another name'
rm /tmp/counted
fresh
ctl follow 0

# ---- bystanders, and the end --------------------------------------------

ctl targets cgroup:/test/b
"$WORKLOAD/calls" plain >/dev/null
is "$(status entered)" 0 'others are not counted'
is "$(status selective)" yes 'nor do they pass the hook'
rmdir $groups/test/b
is "$(<"$D/targets")" cgroup:/test/b 'a rule stays when its group is removed'
fresh
rmdir $groups/test/a/sub $groups/test/a $groups/test

# At load
unload
mkdir $groups/test
load targets=cgroup:/test,uid:7 follow=0 || bail 'no load'
is "$(targets)" 'cgroup:/test uid:7' 'a parameter takes rules'
rmdir $groups/test
ctl targets none
finish
