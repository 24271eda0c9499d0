#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The facts of processes: calls are counted for the control group and the user that a
# process had when it made them, also when both change all the time.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

need_load
groups=/sys/fs/cgroup
mountpoint -q $groups || mount -t cgroup2 none $groups
mkdir -p $groups/test/{a,b,c} || bail 'cannot make control groups'
# Processes may not be in a group that has groups with controllers; here none has.

# by DIMENSION [OPTIONS]: prints what a report by that dimension has of getppid
by() {
	"$SYSTALLY" report -b "$1" -e getppid --format csv "${@:2}" |
		tail -n +2 | cut -d, -f1,2 | sort
}

# group_sums FILE: what mover has said of its groups, in the form of `by cgroup`
group_sums() {
	awk -v mount=$groups '/^group \// {
		sub(mount, "", $2)
		if ($5) print $2 "," $5
	}' "$1" | sort
}

# ---- one process --------------------------------------------------------

for collect in count hist; do
	ctl collect $collect
	ctl follow 1
	(
		exec "$WORKLOAD/mover" -t 1 29 4711 $groups/test/a $groups/test/b
	) >"$T/said"
	is "$(by cgroup)" "$(group_sums "$T/said")" \
		"collect=$collect: each group has the calls of a process while it was there"
	like "$(by cgroup | wc -l)" '^2$' 'both have some'
	ctl targets none
	# Errnos and histograms stay with their calls: as many as there are.
	if [ $collect = hist ]; then
		is "$("$SYSTALLY" report -b cgroup,errno -e close --format csv |
			tail -n +2 | awk -F, '{ n += $4 } END { print n }')" \
			"$(awk '/^error/ { print $5 }' "$T/said")" \
			'the errors of all groups are those of the process'
	fi
	is "$(status unattributed) $(status untimed)" '0 0' 'no call is lost'
	ctl reset 1
done
ctl collect count

# In an interval, too: what was counted before a move stays where it was.
talk_start p bash -c "$(cat <<'END'
	while read -r line; do
		case $line in
		/*) echo $$ >"$line/cgroup.procs" && echo moved ;;
		*) for ((i = 0; i < line; i++)); do kill -0 $$; done; echo done ;;
		esac
	done
END
)"
pid=${talk_pid[p]}
kills() {
	"$SYSTALLY" report -b cgroup -e kill --format csv | tail -n +2 |
		cut -d, -f1,2 | sort | xargs
}
ctl follow 0
ctl targets "$pid"
talk_ask p $groups/test/a moved
talk_ask p 7 'done'
is "$(kills)" '/test/a,7' 'seven calls in the first group'
talk_ask p $groups/test/b moved
is "$(kills)" '/test/a,7' 'after the move they are still there'
talk_ask p 11 'done'
is "$(kills)" '/test/a,7 /test/b,11' 'eleven more belong to the second group'
talk_ask p $groups/test/a moved
talk_ask p 13 'done'
is "$(kills)" '/test/a,20 /test/b,11' 'thirteen more to the first one again'
talk_end p
becomes gone "$pid"
is "$(kills)" '/test/a,20 /test/b,11' 'it is the same after the process has ended'
is "$(count "$pid" x86-64 kill)" 31 \
	'counters has one row of the process'
mkdir $groups/test/gone
ctl targets none
ctl reset 1

# ---- groups that are gone -----------------------------------------------

ctl follow 1
(exec "$WORKLOAD/mover" -t 1 1 1 $groups/test/gone) >"$T/said"
becomes rmdir $groups/test/gone
is "$(by cgroup)" "$(group_sums "$T/said")" 'a group that is removed keeps its path'
mkdir $groups/test/gone
(exec "$WORKLOAD/mover" -t 1 1 2 $groups/test/gone) >>"$T/said"
is "$(by cgroup)" \
	"/test/gone,$(awk '/^group/ { n += $5 } END { print n }' "$T/said")" \
	'another one of the same name is shown with it'
rmdir $groups/test/gone
ctl targets none
ctl reset 1

# ---- users --------------------------------------------------------------

(exec "$WORKLOAD/mover" -t 1 31 5 uid:0 uid:1 uid:65534) >"$T/said"
is "$("$SYSTALLY" report -b user -e getppid --format csv | tail -n +2 |
	cut -d, -f1,3 | sort)" \
	"$(awk '/^group/ { sub("uid:", "", $2); if ($5) print $2 "," $5 }' \
		"$T/said" | sort)" \
	'each user has the calls of a process while it was that user'
ctl targets none
ctl reset 1

# ---- many processes, under a storm --------------------------------------

processes=$((LONG ? 1000 : 101))
for hook in tracepoint direct; do
	[ $hook = tracepoint ] || [ -z "$(direct_missing)" ] || continue
	ctl hook $hook
	ctl follow 1
	ctl targets all
	# Others come and go, move the movers' parent, and make calls meanwhile.
	"$WORKLOAD/churn" 300 >/dev/null &
	storm=$!
	"$WORKLOAD/mover" $processes 5 $RANDOM $groups/test/{a,b,c} uid:0 uid:7 \
		>"$T/said"
	wait $storm
	ctl targets none
	# A process keeps its group while it changes its user.
	is "$(by command --name mover | cut -d, -f2)" \
		"$(awk '/^count.*getppid/ { print $4 }' "$T/said")" \
		"$hook: the sum over $processes processes that move is exact"
	is "$(status unattributed)" 0 'none is unattributed'
	is "$(by user,syscall --name mover | cut -d, -f1 | sort -un | xargs)" '0 7' \
		'they had two users'
	ctl reset 1
	ctl targets all
	"$WORKLOAD/mover" $processes 5 $RANDOM $groups/test/{a,b,c} >"$T/said"
	ctl targets none
	is "$(by cgroup --name mover)" "$(group_sums "$T/said")" \
		"$hook: and for each of their groups"
	ctl reset 1
done
ctl hook auto

# Moved by others: the sum is right.
ctl targets all
"$WORKLOAD/mover" 31 40 9 $groups/test/{a,b} >"$T/said" &
mover=$!
while kill -0 $mover 2>/dev/null; do
	for pid in $(pgrep -P $mover); do
		echo "$pid" >$groups/test/c/cgroup.procs
	done 2>/dev/null
done
wait $mover
ctl targets none
is "$(by command --name mover | cut -d, -f2)" \
	"$(awk '/^count.*getppid/ { print $4 }' "$T/said")" \
	'processes that others move: their sum is exact'
ctl reset 1

# ---- many groups --------------------------------------------------------

number=$((LONG ? 10000 : 211))
ctl follow 1
ctl targets all
awk -v mount=$groups -v number=$number 'BEGIN {
	for (i = 0; i < number; i++)
		printf "%s/test/n%d\n", mount, i
}' >"$T/paths"
before=$(status memory_bytes)
# A child of the shell for each group, which it removes afterwards
bash -c 'while read -r path; do
	mkdir "$path"
	(echo "$BASHPID" >"$path/cgroup.procs"
	 for i in 1 2 3; do kill -0 "$BASHPID"; done)
	until rmdir "$path" 2>/dev/null; do :; done
done' <"$T/paths"
ctl targets none
is "$("$SYSTALLY" report -b command -e kill --name bash --format csv |
	tail -n +2 | cut -d, -f2)" $((3 * number)) \
	"$number groups that come and go: the sum is exact"
"$SYSTALLY" report -b cgroup -e kill --format csv | tail -n +2 |
	cut -d, -f1,2 | grep ',3$' | sort >"$T/rows"
if [ $number -le 1000 ]; then
	is "$(wc -l <"$T/rows")" $number 'each has its three calls'
	is "$(head -n 1 "$T/rows")" '/test/n0,3' 'by its path'
fi
at_least "$(status memory_max_bytes)" "$(status memory_bytes)" \
	'memory stays below the cap'
ctl reset 1
becomes [ "$(status memory_bytes)" -lt $((before + 2000000)) ]

# ---- names that are hard to print ---------------------------------------

long=$(printf 'x%.0s' {1..255})
for name in 'with blank' 'back\slash' $'esc\e[31mred' 'comma,quote"' \
	$'tab\t' $'\xff\xfe' $'\xe2\x80\xae' "$long"; do
	mkdir "$groups/test/$name"
	(exec "$WORKLOAD/mover" -t 1 1 3 "$groups/test/$name") >"$T/said"
	"$SYSTALLY" report -b cgroup -e getppid >"$T/text"
	is "$(LC_ALL=C grep -c $'[\x01-\x08\x0b-\x1f\x7f]' "$T/text")" 0 \
		"no control character in the table: $(printf %q "${name::20}")"
	is "$("$SYSTALLY" report -b cgroup -e getppid --format json |
		python3 -c 'import json, sys
rows = json.load(sys.stdin)["rows"]
print(len(rows), rows[0]["count"])')" \
		"1 $(awk '/^group/ { print $NF }' "$T/said")" 'JSON has it whole'
	ctl targets none
	ctl reset 1
	rmdir "$groups/test/$name"
done

rmdir $groups/test/{a,b,c} $groups/test
finish
