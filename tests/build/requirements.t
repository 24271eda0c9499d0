#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# If something is missing that the build needs, make prints one line with the
# packages to install. A PATH with few programs simulates such a machine.

set -u

cd "$(dirname "$0")/../.." || exit
unset T # make exports it, and the makes here would use it
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS KERNELRELEASE KERNELDIR KERNEL O CC

# The programs that make calls before it finds that something is missing
mkdir "$T/bin"
for program in sh uname cat awk mkdir printf; do
	ln -s "$(command -v "$program")" "$T/bin/$program"
done
# A compiler that succeeds, and a pkg-config that knows the packages $known
printf '#!/bin/sh\nexit 0\n' >"$T/cc"
cat >"$T/pkg-config" <<'SCRIPT'
#!/bin/sh
for word; do
	case " --exists $known " in
	*" $word "*) ;;
	*)
		echo "Package $word was not found" >&2
		exit 1
		;;
	esac
done
SCRIPT
chmod +x "$T/cc" "$T/pkg-config"
make=$(command -v make)

# The pkg-config names of the command's libraries, one a line
libraries() {
	sed -n 's/^[[:space:]]*\([^ :]*\):[^:]*:.*/\1/p' userland/sources.mk |
		grep -v cmocka
}

# says NAME PATTERN ARGUMENT...: tests that make fails with one line like
# PATTERN
says() {
	local name=$1 pattern=$2 status

	shift 2
	PATH=$T/bin "$make" O="$T/out" "$@" >"$T/said" 2>&1
	status=$?
	is "$status $(wc -l <"$T/said")" '2 1' "$name: make fails with one line"
	like "$(<"$T/said")" "$pattern" "$name: the line names the packages" ||
		note "$(<"$T/said")"
}

ln -s "$T/cc" "$T/bin/cc"
export known='libseccomp json-c ncursesw cmocka'
says 'no pkg-config' \
	'missing: pkg-config; .*apt-get install pkg-config libseccomp-dev libjson-c-dev .*dnf install pkgconf-pkg-config libseccomp-devel json-c-devel' \
	userland
ln -s "$T/pkg-config" "$T/bin/pkg-config"
known=$(libraries | grep -v json-c | xargs)
says 'no json-c' \
	'missing: json-c; install on Debian: apt-get install libjson-c-dev; on Fedora: dnf install json-c-devel' \
	userland
known=''
says 'no library' \
	'missing: libseccomp, json-c, yajl, ncursesw.*; .*libseccomp-dev libjson-c-dev libyajl-dev libncurses-dev.*; .*libseccomp-devel json-c-devel yajl-devel ncurses-devel' \
	all
known=$(libraries | xargs)
says 'no cmocka' 'missing: cmocka; .*libcmocka-dev; .*libcmocka-devel' check-unit
says 'no cmocka for the fuzz replays' 'missing: cmocka; ' check-fuzz
says 'no kernel headers' \
	'no kernel headers in /nonexistent: .*linux-headers-1.2.3.*kernel-devel-1.2.3' \
	module KERNELDIR=/nonexistent KERNELRELEASE=1.2.3
rm "$T/bin/cc"
says 'no compiler' \
	'missing: a C compiler \(cc\); .*apt-get install gcc libc6-dev; .*dnf install gcc glibc-devel' \
	userland
says 'a compiler that is not there' 'missing: a C compiler \(xcc -m64\)' \
	userland CC='xcc -m64'
printf '#!/bin/sh\nexit 1\n' >"$T/bin/cc"
chmod +x "$T/bin/cc"
says 'a compiler without headers' 'missing: a C compiler \(cc\)' userland

# scripts/setup reads the same table.
for list in SYSTALLY_LIBRARIES SYSTALLY_TEST_LIBRARIES; do
	# shellcheck disable=SC2016 # make's
	wanted=$(printf '%s\n' 'include userland/sources.mk' \
		"all:; @:\$(foreach l,\$($list),\$(info \$(word 2,\$(subst :, ,\$(l)))))" |
		make -s -f -)
	got=$(scripts/setup --packages "$list")
	is "$(xargs <<<"$got")" "$(xargs <<<"$wanted")" \
		"scripts/setup installs the libraries of $list"
done

# Without dpkg-query, scripts/setup stops when it has read its arguments.
mkdir "$T/few"
for tool in sh dirname cat grep sed id; do
	ln -s "$(command -v $tool)" "$T/few/$tool"
done
unknown=''
for part in $(grep -rhoE --include='*.mk' --include=Makefile 'set-up-[a-z-]+' . |
	sed 's/^set-up-//' | tr '-' '\n' | sort -u); do
	PATH=$T/few scripts/setup "$part" 2>&1 | grep -q 'no such part' &&
		unknown+=" $part"
done
is "$unknown" '' 'scripts/setup has the parts that the makefiles ask for'
like "$(PATH=$T/few scripts/setup nosuch 2>&1)" 'nosuch: no such part' \
	'and says so if it has not'

done_testing
