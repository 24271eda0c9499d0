# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# The cache, and functions that install packages and fill the cache. Sourced by
# the scripts that do so, such as scripts/setup and scripts/suite. The cache is
# $SYSTALLY_CACHE, or systally in $XDG_CACHE_HOME or ~/.cache.

cache=${SYSTALLY_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/systally}
# shellcheck disable=SC2034 # for the scripts that source this
kernels=$cache/kernels
invocation="$0 $*"
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	fi
}

need_root() {
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
		die "cannot $1: not root, and there is no sudo;" \
			"run $invocation as root"
}

# Prints those of the packages $@ that are not installed here.
missing() {
	missing_in '' "$@"
}

# missing_in FOLDER PACKAGE...: the same for the system in FOLDER
missing_in() {
	admindir=$1/var/lib/dpkg
	shift
	# shellcheck disable=SC2016 # dpkg-query's own fields
	have=$(dpkg-query --admindir "$admindir" -W -f '${db:Status-Status} ${Package}\n' "$@" \
		2>/dev/null | sed -n 's/^installed //p') || :
	for package; do
		case " $(echo "$have" | tr '\n' ' ') " in
		*" $package "*) ;;
		*) echo "$package" ;;
		esac
	done
}

# Removes the folders $@, also if other users own files there. Leaves what is
# mounted below them.
remove() {
	rm -rf --one-file-system "$@" 2>/dev/null ||
		as_root rm -rf --one-file-system "$@"
}

# Prepares to install something: takes the lock, and sets $work to a new folder
# for logs and downloads.
begin() {
	[ -z "$work" ] || return 0
	command -v apt-get >/dev/null ||
		die "no apt-get here: install what scripts/setup lists by hand"
	[ "$(dpkg --print-architecture)" = amd64 ] ||
		die 'only x86-64 machines (amd64) are supported'
	{ mkdir -p "$cache" && [ -w "$cache" ]; } 2>/dev/null ||
		die "cannot write to the cache, $cache"
	# One run at a time: another one may be fetching the same.
	exec 9>"$cache/setup.lock"
	flock -n 9 || {
		say 'waiting for another set-up to end'
		flock 9
	}
	# This run has the lock, so these folders are of runs that were killed.
	for folder in "$cache"/setup.??????; do
		[ ! -d "$folder" ] || remove "$folder"
	done
	work=$(mktemp -d "$cache/setup.XXXXXX")
	trap 'remove "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}
work=''
updated=''
trouble=''

update() {
	[ -z "$updated" ] || return 0
	updated=1
	need_root 'update the package lists'
	say 'updating the package lists'
	# apt-get returns 0 even if it could fetch nothing.
	as_root apt-get -q update >"$work/log" 2>&1 || :
	trouble=$(sed -n 's/^[EW]: \(Failed to fetch.*\)/\1/p' "$work/log" |
		head -n 1)
}

# Prints what failed ($*), a remedy and apt's first error; then exits.
apt_failed() {
	[ -n "$trouble" ] ||
		trouble=$(sed -n 's/^E: //p' "$work/log" | head -n 1)
	die "$*: check the network and apt's sources ($trouble)"
}

# Runs $@. If it fails, updates the package lists and runs it once more.
retry() {
	"$@" >"$work/log" 2>&1 && return
	[ -z "$updated" ] || return 1
	update
	"$@" >"$work/log" 2>&1
}

apt_install() {
	as_root apt-get -q -y --no-install-recommends install "$@" </dev/null
}

install_packages() {
	need_root "install $*"
	say "installing $*"
	retry apt_install "$@" || apt_failed "could not install $*"
}

# Unpacks the kernel image $1 into the file $2. The boot is several seconds
# faster without unpacking. Writes no file if the format is not known.
unpack_vmlinux() {
	vmlinux=$2
	# The boot protocol (Documentation/x86/boot.rst): setup_sects at 0x1f1,
	# payload_offset and payload_length at 0x248.
	sectors=$(od -An -tu1 -j $((0x1f1)) -N 1 "$1")
	# shellcheck disable=SC2046 # two numbers
	set -- "$1" $(od -An -tu4 -j $((0x248)) -N 8 "$1")
	# xz and zstd stop at the length that the kernel build appends.
	for tool in 'xz -dc --single-stream' 'zstd -qdc'; do
		tail -c "+$(((sectors + 1) * 512 + $2 + 1))" "$1" |
			head -c $(($3 - 4)) | $tool >"$vmlinux" 2>/dev/null &&
			return
	done
	rm -f "$vmlinux"
}
