#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `make help`, and the errors of make for unknown names.

set -u

cd "$(dirname "$0")/../.." || exit
unset T # make exports it, and the makes here would use it
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS KERNELRELEASE KERNELDIR KERNEL O

passes 'make help' make help
cp "$T/output" "$T/help"
is "$(awk 'length > 80' "$T/help")" '' 'help: fits 80 columns'
at_least "$(grep -c '^  [a-z]' "$T/help")" 30 'help: lists the targets'

# Every target of the help has a rule; the database lists all rules.
make -npq help 2>/dev/null | sed -n 's/^\([a-z][a-z0-9._-]*\):.*/\1/p' |
	sort -u >"$T/rules"
at_least "$(wc -l <"$T/rules")" 30 'make knows its rules'
sed -n 's/^  \([a-z][a-z0-9-]*\) .*/\1/p' "$T/help" | sort -u >"$T/listed"
is "$(comm -23 "$T/listed" "$T/rules" | xargs)" '' \
	'help: each target that it lists exists'
# A target with a ## comment is in the help, in whatever makefile it is.
is "$(sed -n 's/^## \([a-z][a-z0-9-]*\) .*/\1/p' Makefile ./*/*.mk ./*/*/*.mk |
	sort -u | comm -23 - "$T/listed" | xargs)" '' \
	'help: lists each target that has a comment'

# one_line NAME PATTERN ARGUMENT...: make fails at once with one line
one_line() {
	local name=$1 pattern=$2 status

	shift 2
	make "$@" >"$T/said" 2>&1
	status=$?
	is "$status $(wc -l <"$T/said")" '2 1' "$name: make fails with one line" ||
		note "$(<"$T/said")"
	like "$(<"$T/said")" "$pattern" "$name: the line lists the known ones"
}

known='there are 01-load .*test_rank .*fuzz_record .*stap/01-calls .*lab/selftest'
one_line 'an unknown test' "T=nosuch: no such test; $known" test T=nosuch
one_line 'one unknown test of two' "T=99-no: no such test; $known" \
	test T='01-load 99-no'
one_line 'test without T' "make test T=NAMES: $known" test
one_line 'an unknown kernel' \
	'KERNEL=9.9: no such kernel; there are: default .*6.12 .*debug' \
	test T=01-load KERNEL=9.9
one_line 'a test of another kind' 'T=test_rank: none of these is a test of' \
	guest-run T=test_rank -o all -o workloads

# The target that each kind of name runs
leads_to() {
	make -n test T="$1" 2>&1 | grep -qE -e "$2"
	ok $? "T=$1 runs $3"
}
leads_to '05-storm tests/guest/01-load.t 11-rows.t' \
	"T='05-storm 01-load 11-rows' guest-run\$" 'guest tests'
make -n guest-run T='05-storm 01-load' -o all -o workloads >"$T/said" 2>&1
like "$(tail -n 1 "$T/said")" '^tests/guest/run 05-storm.t 01-load.t$' \
	'guest-run runs just these files'
leads_to 'test_rank test_table:grows' \
	'^prove .*tests/unit/run [^ ]*/test_rank [^ ]*/test_table:grows$' \
	'a unit test program, and one test of another'
leads_to fuzz_record '^prove .*/replay_record :: tests/fuzz/corpus' \
	'the replay of a fuzzer'
leads_to lab/selftest '^prove tests/lab/selftest' 'the tests of the lab'
leads_to build/make 'prove tests/build/make.t' 'a test of the makefiles'
is "$(make -n test T=01-load 2>/dev/null | grep -c "$(uname -r)/build")" 0 \
	"T=01-load builds for the lab's kernel, not for this machine's"

done_testing
