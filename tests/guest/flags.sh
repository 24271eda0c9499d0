# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Functions of the tests of the selective state: the module flags
# (tests/module/flags.c), which shows for each task whether it carries the flag,
# and puppets. Sourced after lib.sh.

F=/sys/kernel/debug/systally_test_flags
FLAGS_KO=${FLAGS_KO:-$root/tests/module/flags.ko}

referee_load() {
	mount_debugfs
	insmod "$FLAGS_KO" || bail "insmod $FLAGS_KO failed"
}

referee_unload() {
	rmmod flags
}
trap 'clean; [ ! -d /sys/module/flags ] || referee_unload' EXIT

# flags_differ everyone|none|TGID...: checks that all tasks of these processes
# carry the flag, and no others. Prints the tasks whose flag is wrong, at most
# five of them. It also prints a line if there are no tasks at all, or none of a
# TGID.
flags_differ() {
	awk -v tgids=" $* " '
	BEGIN { everyone = tgids == " everyone " }
	{
		wanted = everyone || index(tgids, " " $1 " ") > 0
		seen[$1]
		if ($3 != wanted && ++differ <= 5)
			print $1 "/" $2, $4, $3 ? "carries it" : "does not"
	}
	END {
		if (differ > 5)
			print "and", differ - 5, "more"
		if (!NR)
			print "no tasks"
		count = split(tgids, word, " ")
		if (!count)
			print "no process was named"
		for (i = 1; i <= count; i++)
			if (word[i] !~ /^(everyone|none)$/ && !(word[i] in seen))
				print "no task of process " word[i]
	}' <"$F/tasks" || echo "$F/tasks cannot be read"
}

# carriers: prints `CARRYING of TASKS`
carriers() {
	awk '{ carrying += $3 } END { print carrying + 0 " of " NR }' "$F/tasks"
}

is_state() {
	[ "$(status state)" = "$1" ]
}

# settled STATE everyone|none|TGID...: succeeds if the state and the flags are
# these
settled() {
	local state=$1

	shift
	is_state "$state" && [ -z "$(flags_differ "$@")" ]
}

# settles NAME STATE everyone|none|TGID...: a test that state and flags become
# these within ten seconds (more on a slow kernel)
settles() {
	local name=$1 state=$2 end=$((SECONDS + ${slowness:-1} * 10))

	shift 2
	until settled "$state" "$@"; do
		if [ "$SECONDS" -ge "$end" ]; then
			ok 1 "$name"
			note "state $(status state), wanted $state:" \
				"$(status selective)"
			note "carried by $(carriers), wanted $*"
			note "$(flags_differ "$@")"
			return 1
		fi
		sleep 0.02
	done
	ok 0 "$name"
}

# probes_standing: prints how many probes both tracepoints have, of all owners
probes_standing() {
	awk 'NF == 2 { sum += $2 } END { print sum }' "$F/probes"
}

# puppet_start NAME [ARGUMENT...]: its pid is in talk_pid[NAME]
puppet_start() {
	local name=$1

	shift
	talk_start "$name" "$WORKLOAD/puppet" "$@"
	talk_until "$name" ready
}

# puppet_call NAME N: each of its members makes N calls
puppet_call() {
	talk_ask "$1" "call $2" called
}

# puppet_end NAME: ends it by an order. Closing its input is not enough, because
# processes that were started after it have that pipe open, too.
puppet_end() {
	talk_say "$1" end
	talk_end "$1"
}
