#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints what it costs to read 104,000 rows of 2,000 processes that have ended:
# millions of instructions in the lab with --icount, milliseconds on a real
# machine, user and kernel together. Takes $SYSTALLY_KO, $SYSTALLY and
# $WORKLOAD as the tests do.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
SYSTALLY_KO=${SYSTALLY_KO:-$root/module/systally.ko}
SYSTALLY=${SYSTALLY:-$root/userland/systally}
WORKLOAD=${WORKLOAD:-$root/tests/workload}
D=/sys/kernel/debug/systally
PROCESSES=2000
ROWS=52

cleanup() {
	[ ! -d /sys/module/systally ] || rmmod systally
}
trap cleanup EXIT

# reading NAME COMMAND...: prints its cost, with its output thrown away
reading() {
	local name=$1 spent

	shift
	spent=$("$WORKLOAD/spent" "$@" 2>&1 >/dev/null)
	[[ $spent =~ ^[0-9]+$ ]] || {
		echo "$name: $spent" >&2
		exit 1
	}
	awk -v name="$name" -v spent="$spent" 'BEGIN {
		printf "%-52s %9.1f\n", name, spent / 1000 }'
}

[ ! -d /sys/module/systally ] || rmmod systally
# A cap with room for them all: none is folded into the row of its name
insmod "$SYSTALLY_KO" memory_max_bytes=512M follow=1
"$WORKLOAD/rows" -t "$PROCESSES" "$ROWS"
# Nothing is counted while it is read
echo none >$D/targets
rows=$(($(wc -l <$D/counters) - 1))
echo "reading $rows rows on $(uname -r)$(
	[ -z "${SYSTALLY_LAB:-}" ] || echo ', in the lab')"
reading 'cat snapshot' cat $D/snapshot
reading 'cat status' cat $D/status
reading 'cat counters' cat $D/counters
reading 'systally report -n 10' "$SYSTALLY" report -n 10
reading 'systally report -n 10 -b process' "$SYSTALLY" report -n 10 -b process
reading 'systally report -n 0' "$SYSTALLY" report -n 0
reading 'systally report -n 0 --format json' "$SYSTALLY" report -n 0 --format json
reading 'systally report -n 0 --format csv' "$SYSTALLY" report -n 0 --format csv
reading 'systally status' "$SYSTALLY" status
