#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each patch of the rig applies to the module as it is, and says which tests
# have to catch its fault. `make check-rig` runs them, which takes long.

set -u

cd "$(dirname "$0")/../.." || exit
unset T # make exports it
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh

for patch in tests/rig/*.patch; do
	rm -rf "$T/tree"
	mkdir "$T/tree"
	cp -r module "$T/tree"
	said=$(patch -d "$T/tree" -p1 <"$patch" 2>&1)
	is $? 0 "$patch applies" || echo "# $said"
	while read -r test; do
		[ -f "tests/guest/$test" ]
		is $? 0 "$patch: there is a test $test"
	done < <(sed -n 's/^Tests: //p' "$patch" | tr ' ' '\n')
	like "$(cat "$patch")" $'(^|\n)Caught: .' "$patch says how it is caught"
done

said=$(XDG_CACHE_HOME=$T SYSTALLY_CACHE='' tests/rig/run --check 2>&1)
is $? 0 'each patched copy of the tree can be built' || echo "# $said"

done_testing
