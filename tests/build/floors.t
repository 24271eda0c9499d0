#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The check of includes passes on the tree, and each kind of fault in a copy of
# the tree makes it fail.

set -u

cd "$(dirname "$0")/../.." || exit
unset T # make exports it, and the makes here would use it
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh

check=$PWD/scripts/check-floors
fresh_copy() {
	rm -rf "$T/tree"
	mkdir "$T/tree"
	cp -r module userland "$T/tree"
}
# fails FOLDER PATTERN NAME
fails() {
	local said status

	said=$(cd "$T/tree" && "$check" "$1" 2>&1)
	status=$?
	like "$status $said" "^1 .*$2" "$3"
}

for folder in module userland; do
	said=$("$check" "$folder" 2>&1)
	is "$? $said" '0 ' "no circle, and no include of a higher floor, in $folder/"
done

fresh_copy
echo '#include "needs/try.h"' >>"$T/tree/userland/needs/replicas.h"
fails userland 'circle of includes: .*needs/replicas' \
	'a circle between two files of a folder is found'

fresh_copy
echo '#include "render/view.h"' >>"$T/tree/userland/base/text.c"
fails userland 'base/text.c:.*render/view.h, which is on a higher floor' \
	'an include from base to render is found'

fresh_copy
echo '#include "needs/plan.h"' >>"$T/tree/userland/doctor/stap.c"
echo '#include "doctor/findings.h"' >>"$T/tree/userland/needs/tree.c"
fails userland 'needs/tree.c:.*doctor/findings.h' \
	'two folders that include each other are found'

fresh_copy
mkdir "$T/tree/userland/attic"
echo '#include "base/text.h"' >"$T/tree/userland/attic/new.c"
fails userland 'attic/new.c: is on no floor' 'a file without a floor is found'

fresh_copy
echo '#include "target.h"' >>"$T/tree/module/selective.c"
fails module 'selective.c:.*target.h, which is on a higher floor' \
	'an include from the flags of tasks to the changes of targets is found'

fresh_copy
echo '#include "hist.h"' >>"$T/tree/module/syscalls.c"
fails module 'syscalls.c:.*hist.h, which is on the same floor' \
	'an include between two files of one floor is found'

fresh_copy
: >"$T/tree/module/floors"
fails module 'there are none' 'an empty list of floors fails'

done_testing
