#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tapset fileio.stp, and top-files, which uses it: the right ten files in
# the right order, with bytes and writes, for every call that can write.

# shellcheck source=tests/stap/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir "$T/one" "$T/two" "/root/files.$$"

# names FILE: the files of the last table, bytes and writes
names() {
	table top-files bytes | awk '{ print $1, $2, $NF }'
}

stap_start top-files 3600
"$WORKLOAD/files" "$T/one" >"$T/expected"
passes 'top-files ends with status 0' stap_end top-files
is "$(stap_complaints top-files)" '' 'it prints no errors'
is "$(names | wc -l)" 10 'ten files'
is "$(names)" "$(head -n 10 "$T/expected" | cut -d ' ' -f 2-)" \
	'the right ten in the right order, with bytes and writes'
is "$(table top-files bytes | awk '{ print $3 }' | sort -u)" tmpfs \
	'on the right device'

# On an overlay, whose copying makes more calls of the family
stap_start top-files 3600 100
"$WORKLOAD/files" "/root/files.$$" 7 >"$T/expected"
stap_end top-files
is "$(names | grep '/file-')" "$(cut -d ' ' -f 2- "$T/expected")" \
	'on an overlay each write counts once'
is "$(table top-files bytes | awk '/file-/ { print $3 }' | sort -u)" overlay \
	'on an overlay the device is the overlay'

# Several at once, 20 files each
stap_start top-files 3600 100
writers=()
for folder in one two; do
	"$WORKLOAD/files" "$T/$folder" 20 >"$T/$folder.expected" &
	writers+=($!)
done
wait "${writers[@]}"
stap_end top-files
for folder in one two; do
	is "$(names | grep "/$folder/file-" | sort)" \
		"$(cut -d ' ' -f 2- "$T/$folder.expected" | sort)" \
		"two at once: $folder"
done

# Deleted meanwhile
stap_start top-files 3600
exec 8>"$T/gone"
rm "$T/gone"
head -c 100000 /dev/zero >&8
exec 8>&-
stap_end top-files
like "$(names)" '100000 [0-9]+ \(deleted\)' \
	'a deleted file is marked as deleted'

# What ordinary tools do
stap_start top-files 3600
dd if=/dev/zero of="$T/dd" bs=4099 count=53 2>/dev/null
cp "$T/dd" "$T/cp"
cat "$T/dd" "$T/dd" >"$T/cat"
perl -e 'open(my $f, ">", $ARGV[0]); print $f "x" x 131071' "$T/perl"
stap_end top-files
size() {
	names | awk -v name="$T/$1" '$3 == name { print $1 }'
}
is "$(size dd)" $((4099 * 53)) 'dd'
is "$(size cp)" $((4099 * 53)) 'cp'
is "$(size cat)" $((2 * 4099 * 53)) 'cat'
is "$(size perl)" 131071 'perl'
rm -r "/root/files.$$"

# fileread
stap_start fileread
dd if="$T/dd" of=/dev/null bs=1009 2>/dev/null &
reader=$!
wait $reader
stap_end fileread
read -r _ _ reads bytes _ < <(grep "^read $reader .*$T/dd\$" "$T/fileread.out")
is "$bytes" $((4099 * 53)) 'fileread: all bytes'
is "$reads" $(((4099 * 53 + 1008) / 1009)) 'fileread: each read'

# sendfile to a pipe, which has room for this, and to a FIFO; and splice, which
# must not count twice. 40 is sendfile.
mkfifo "$T/fifo"
stap_start fileread
# shellcheck disable=SC2016 # perl's
send='open(my $in, "<", $ARGV[0]) or die; print STDERR "$$ ",
	syscall(40, 1, fileno($in), 0, 40000), " ",
	readlink("/proc/self/fd/1"), "\n"'
perl -e "$send" "$T/dd" 2>"$T/sent" | cat >/dev/null
cat "$T/fifo" >/dev/null &
perl -e "$send" "$T/dd" 2>"$T/sent-fifo" >"$T/fifo"
wait $!
stap_end fileread
read -r sender bytes pipe <"$T/sent"
is "$bytes" 40000 'sendfile to a pipe: the workload has sent'
inode=${pipe#*[}
is "$(grep "^piped $sender " "$T/fileread.out")" \
	"piped $sender 1 40000 $pipe ${inode%]}" \
	'filewrite: sendfile to a pipe, with the name of the pipe'
is "$(grep "^read $sender .*/dd\$" "$T/fileread.out")" \
	"read $sender 1 40000 $T/dd" 'fileread: sendfile to a pipe'
read -r sender bytes _ <"$T/sent-fifo"
is "$(grep -c "^read $sender 1 40000 $T/dd\$" "$T/fileread.out") $bytes" \
	'1 40000' 'fileread: sendfile to a FIFO'

# More files than the script has room for
stap_run top-files 3600 100 -- -c "perl -e 'mkdir(\$ARGV[0]);
	for (0 .. 16999) { open(my \$f, q(>), \$ARGV[0] . q(/) . \$_);
	syswrite(\$f, q(xyz)); }' $T/many"
is $? 0 'top-files: more files than it has room for do not end it'
is "$(stap_complaints top-files)" '' 'and it complains of nothing'
like "$(<"$T/top-files.out")" \
	'note: 616 writes of 1848 bytes to further files are missing: there is room for 16384 files' \
	'it says what is missing'
is "$(names | grep -c "^3 1 $T/many/")" 100 'and shows its rows'

finish
