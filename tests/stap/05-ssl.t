#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tapset sslio.stp, and ssl-bytes, which uses it: reads, writes, bytes and
# descriptors of a program that is linked with OpenSSL.

# shellcheck source=tests/stap/lib.sh
. "$(dirname "$0")/lib.sh"

stap_start ssl-bytes 3600
for writes in 101 53; do
	"$STAP/tls" $writes >"$T/$writes" &
	pids[writes]=$!
	wait $!
done
passes 'ssl-bytes ends with status 0' stap_end ssl-bytes
is "$(stap_complaints ssl-bytes)" '' 'it prints no errors'
for writes in 101 53; do
	at_least "$(wc -l <"$T/$writes")" 2 \
		"$writes writes: the workload has run"
	# tgid command fd reads bytes_in writes bytes_out
	is "$(table ssl-bytes tgid | awk -v tgid="${pids[writes]}" '
		$1 == tgid && $4 { print "read", $3, "calls", $4, "bytes", $5 }
		$1 == tgid && $6 { print "write", $3, "calls", $6, "bytes", $7 }
		' | sort)" "$(grep -v ^each "$T/$writes" | sort)" \
		"$writes writes: calls and bytes, in and out, by descriptor"
done

finish
