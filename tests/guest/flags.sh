# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of the selective state share: the referee, which is a module of
# theirs (tests/module/flags.c), and puppets. Sourced after lib.sh.

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

# flags_differ everyone|none|TGID...: the tasks whose flag is not as it should
# be, which is to be set in all tasks of these processes, and in no other. Five
# of them by name.
flags_differ() {
	awk -v tgids=" $* " '{
		wanted = tgids == " everyone " || index(tgids, " " $1 " ") > 0
		if ($3 != wanted && ++differ <= 5)
			print $1 "/" $2, $4, $3 ? "carries it" : "does not"
	}
	END {
		if (differ > 5)
			print "and", differ - 5, "more"
	}' "$F/tasks"
}

# carriers: `CARRYING of TASKS`
carriers() {
	awk '{ carrying += $3 } END { print carrying + 0 " of " NR }' "$F/tasks"
}

is_state() {
	[ "$(status state)" = "$1" ]
}

# settled STATE everyone|none|TGID...: is it so?
settled() {
	local state=$1

	shift
	is_state "$state" && [ -z "$(flags_differ "$@")" ]
}

# settles NAME STATE everyone|none|TGID...: a test that the state becomes so, in
# at most ten seconds (more on a slow kernel), and the flags with it
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

# probes_standing: number of probes that stand on both tracepoints, whoever's
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

# puppet_end NAME. The end of its input alone would not do: those that were
# started after it have its other end open.
puppet_end() {
	talk_say "$1" end
	talk_end "$1"
}
