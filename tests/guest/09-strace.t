#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `systally run` and `strace -f -c` agree on every call's count and errors, for
# commands that do the same each time they run. Both begin with the exec of the
# command. They differ in this:
# - strace -c counts a call when it returns, so it never counts exit and
#   exit_group; systally counts at entry;
# - a traced process stops at every signal, also one that it ignores, and its
#   blocked call is then entered again: strace sees additional wait4 calls,
#   which failed with ERESTARTSYS. A fork that a signal interrupts is also
#   entered again (ERESTARTNOINTR). Of these calls, only those that did not fail
#   are compared.
#
# Differences that also occur between two runs under strace are avoided:
# - addresses, by setarch -R: an allocator's brk and mmap depend on them;
# - hash seeds of Python and Perl, which are fixed for the same reason;
# - random names of temporary files: libc calls getrandom again if it rejects a
#   number, so `getrandom` of gcc is left out;
# - two children that end at the same time may cause one SIGCHLD or two, so the
#   `rt_sigreturn` of shells is left out.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

export PYTHONHASHSEED=0 PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0
export PYTHONDONTWRITEBYTECODE=1

mkdir "$T/work"
cd "$T/work" || exit
mkdir -p tree/a/b tree/c
touch tree/a/1 tree/a/b/2 tree/c/3
cat >program.c <<'END'
#include <stdio.h>

int main(void)
{
	return printf("%d\n", 7) < 0;
}
END
cat >program.py <<'END'
import json, os, subprocess
for i in range(7):
	os.getppid()
subprocess.run(["true"], check=True)
try:
	open("/nonexistent")
except OSError:
	print(json.dumps({"a": [1, 2, 3]}))
END
cat >program.pl <<'END'
use strict;
my $sum = 0;
$sum += getppid for 1 .. 7;
open(my $file, '<', '/etc/passwd') or die;
my @lines = <$file>;
print scalar(@lines) + !!$sum, "\n";
system('true');
END

# strace_calls FILE: NAME CALLS ERRORS of strace's summary, over all ABIs
strace_calls() {
	awk '$1 ~ /^[a-z_0-9]+$/ && $1 != "total" && $1 != "syscall" &&
	$2 ~ /^[0-9]+$/ {
		calls[$1] += $2
		errors[$1] += $3
	}
	END {
		for (name in calls)
			if (name ~ /^(wait4|fork|vfork|clone|clone3)$/) {
				calls[name] -= errors[name]
				errors[name] = 0
			}
		for (name in calls)
			if (calls[name])
				print name, calls[name], errors[name]
	}' "$1" | sort
}

# systally_calls FILE: the same of systally's CSV
systally_calls() {
	awk -F, 'NR == 1 {
		for (i = 1; i <= NF; i++)
			at[$i] = i
		next
	}
	{
		calls[$at["syscall"]] += $at["count"]
		errors[$at["syscall"]] += $at["errors"]
	}
	END {
		for (name in calls)
			if (name ~ /^(wait4|fork|vfork|clone|clone3)$/) {
				calls[name] -= errors[name]
				errors[name] = 0
			}
		for (name in calls)
			if (calls[name])
				print name, calls[name], errors[name]
	}' "$1" | sort
}

# processes FILE: prints how many there were: the first one, and one for each of
# these calls
processes() {
	awk '$1 ~ /^(fork|vfork|clone|clone3)$/ { made += $2 - $3 }
	END { print made + 1 }' "$1"
}

# agree NAME LEFT-OUT COMMAND...
agree() {
	local name=$1 without="^($2|exit|exit_group) "

	shift 2
	if ! command -v "$1" >/dev/null; then
		skip "$name" "no $1 here"
		return
	fi
	# This run fills the page cache, and does all work that is done once.
	"$@" >/dev/null 2>&1
	setarch -R strace -f -c -U name,calls,errors -o strace.out "$@" \
		>/dev/null 2>"$T/output"
	ok $? "$name: strace succeeds" || note "$(<"$T/output")"
	setarch -R "$SYSTALLY" run -L --format csv -o systally.out -- "$@" \
		>/dev/null 2>"$T/output"
	ok $? "$name: systally succeeds" || note "$(<"$T/output")"
	strace_calls strace.out >"$T/strace"
	systally_calls systally.out >"$T/systally"
	is "$(diff <(grep -vE "$without" "$T/strace") \
		<(grep -vE "$without" "$T/systally"))" '' \
		"$name: both agree on every call ($(wc -l <"$T/strace") calls)"
	is "$(awk '$1 == "exit_group" { print $2 }' "$T/systally")" \
		"$(processes "$T/strace")" \
		"$name: systally has one exit_group per process"
}

command -v strace >/dev/null || bail 'no strace here'
need_load
agree 'ls -R' '' ls -R tree /etc/apt
# Small enough for each pipe to be read in a single call
agree 'a pipeline' rt_sigreturn sh -c \
	"echo b a c | tr ' ' '\\n' | sort | head -n 2 | cat"
agree 'a compiler' getrandom gcc -O1 -o program program.c
agree 'a Python script' '' /usr/bin/python3 program.py
agree 'a Perl script' '' perl program.pl
agree '32-bit calls' '' "$WORKLOAD/tree32" 1 3
cd / || exit

finish
