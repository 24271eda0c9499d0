# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Functions of the tests of tapsets and scripts, in addition to the guest tests'
# lib.sh. They run compiled scripts, which are in $SYSTALLY_STAP, with staprun.
# In the lab's guest only, in the suite that has compiled them (enter).

# shellcheck source=tests/guest/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../guest/lib.sh"

STAP=${SYSTALLY_STAP:?}

declare -A stap_pid

# stap_words [ARGUMENT...]: sets the array words to what staprun takes for them
stap_words() {
	local argument number=0

	words=("argc=$#")
	for argument; do
		number=$((number + 1))
		words+=("argv_$number=$argument")
	done
}

# stap_run NAME [ARGUMENT...] [-- staprun's options]: runs it to its end. Its
# output is in $T/NAME.out and .err.
stap_run() {
	local name=$1 words script=()

	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		script+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	stap_words "${script[@]}"
	staprun "$STAP/${name//-/_}.ko" "$@" "${words[@]}" \
		>"$T/$name.out" 2>"$T/$name.err" </dev/null
}

# stap_start NAME [ARGUMENT...]: starts it, and waits until it prints that it is
# ready
stap_start() {
	rm -f "$T/$1.out"
	stap_run "$@" &
	stap_pid[$1]=$!
	wait_for test -s "$T/$1.out" || note "$(cat "$T/$1.err")"
}

# stap_end NAME: ends it as Ctrl-C does; returns its status. A test fails if it
# has ended before.
stap_end() {
	pkill -INT -f "^[^ ]*stapio .*/${1//-/_}.ko" ||
		ok 1 "$1 runs until it is ended"
	wait "${stap_pid[$1]}"
}

# stap_complaints NAME: prints its output on stderr
stap_complaints() {
	cat "$T/$1.err"
}

# table NAME FIRST-HEADER-WORD: prints the rows of its last table with that
# header
table() {
	awk -v word="$2" '
		$1 == word { rows = ""; at = 1; next }
		!NF { at = 0 }
		at { rows = rows $0 "\n" }
		END { printf "%s", rows }' "$T/$1.out"
}
