#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# -f %ssl: what programs read and write through TLS, by descriptor, with the
# encrypted bytes of their system calls. A program that has OpenSSL's functions
# itself and knows all numbers, in both widths; then OpenSSL's own client.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"

# streams FILE: prints a report's streams as the workload prints its own
streams() {
	# shellcheck disable=SC2016 # perl's
	perl -MJSON::PP -e '
		my $report = decode_json(join "", <STDIN>);
		for my $stream (@{$$report{tls}}) {
			my ($plain, $encrypted) = @$stream{qw(plain encrypted)};
			print join(" ", "tls", $$stream{descriptor} // "-",
				$$stream{direction}, map { $_ // 0 }
				@$plain{qw(calls failed bytes)},
				@$encrypted{qw(calls failed bytes)}), "\n";
		}' <"$1" | sort
}

need_load
for program in tls tls32; do
	"$SYSTALLY" run -f %ssl --format json -o "$T/json" -- \
		"$WORKLOAD/$program" >"$T/out" 2>"$T/err"
	is "$? $(<"$T/err")" '0 ' "$program: run ends well"
	sort "$T/out" >"$T/expect"
	is "$(streams "$T/json" | diff "$T/expect" -)" '' \
		"$program: calls and bytes of each descriptor are exact"
done
is "$(perl -MJSON::PP -e 'print scalar grep { $$_{plain} &&
	!$$_{plain}{time_ns} } @{decode_json(<STDIN>)->{tls}}' <"$T/json")" 0 \
	'all calls have a time'

try run -f %ssl -n 50 -o "$T/text" -- "$WORKLOAD/tls"
like "$(tr -s ' ' <"$T/text" | grep ' fd tls ')" \
	'^ ?pid command fd tls calls bytes time syscalls encrypted$' \
	'text: the table of TLS follows'
like "$(tr -s ' ' <"$T/text" | grep ' - read ')" \
	' tls - read 17 17 [0-9.]+[num]?s - -$' \
	'text: what is not known is no number'

# The system calls have to be counted to be known.
try run -f %ssl -e poll --format json -o "$T/json" -- "$WORKLOAD/tls"
is "$got $(streams "$T/json" | awk '{ sum += $7; plain += $6 }
	END { print sum, plain }')" "0 0 $(awk '{ sum += $6 } END { print sum }' \
	"$T/expect")" '-e without reads and writes: plain bytes only'

try run -f %ssl -o "$T/text" -- true
like "$(tr -s ' \n' ' ' <"$T/text")" 'no bytes of TLS were counted' \
	'text: says that there are none'
try run -f %ssl --in-process -o "$T/text" -- true
like "$(tr -s ' \n' ' ' <"$T/text")" 'not known with --in-process' \
	'text: says that they are not known in process'

# ---- recordings, intervals, levels ---------------------------------------

try record -f %ssl -o "$T/record" -- "$WORKLOAD/tls"
grep '^tls' "$T/out" | sort >"$T/expect"
is "$got $(grep -c '"row":"tls"' "$T/record")" "0 $(awk '
	{ rows += ($4 > 0) + ($7 > 0) } END { print rows }' "$T/expect")" \
	'record: a line for each kind of bytes'
unload
try report -f %ssl "$T/record" --format json
is "$got $(streams "$T/out" | diff "$T/expect" -)" '0 ' \
	'report FILE: the same, without the module'
try report -f %ssl "$T/record" --format csv
is "$got $(head -c 5 "$T/out")" '0 tgid,' 'csv: the table of calls'
like "$(<"$T/err")" 'csv has no table of TLS; text, markdown and json' \
	'csv: says where the table of TLS is'
fails 2 'there is no set .%tls. of functions; there is %ssl' \
	'another set is an error' run -f %tls -- true

need_load
try record -o "$T/other" -- true
fails 1 'no function of %ssl was counted' 'report -f %ssl of other recordings' \
	report -f %ssl "$T/other"
line=$(nm "$WORKLOAD/tls" | awk '$3 == "SSL_read" { print $1 }')
# The programs are not PIE: their code begins at 0x400000 in memory.
offset=$(printf '%#x' $((16#$line - 0x400000)))
ctl functions "tls:SSL_read $offset:read $WORKLOAD/tls"
is "$(<"$D/functions")" "tls:SSL_read $offset:read $WORKLOAD/tls" \
	'functions reads as it was written'
is "$(refused functions "tls:SSL_read $offset:reads $WORKLOAD/tls")" EINVAL \
	'a kind that does not exist'
is "$(refused functions "+tls:SSL_read $offset:write $WORKLOAD/tls")" EEXIST \
	'another kind of the same function'
ctl functions none
unload

# ---- OpenSSL -------------------------------------------------------------

bytes=1000003
head -c $bytes /dev/zero | tr '\0' x >"$T/page"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=localhost -keyout "$T/key" -out "$T/cert" 2>"$T/err"
ip link set lo up
(cd "$T" && exec openssl s_server -accept 4433 -key key -cert cert -WWW \
	-quiet) >"$T/server" 2>&1 &
server=$!
for ((i = 0; i < 100; i++)); do
	! grep -q ' 00000000:1151 .* 0A ' /proc/net/tcp /proc/net/tcp6 || break
	sleep 0.1
done
need_load
printf 'GET /page HTTP/1.0\r\n\r\n' >"$T/request"
"$SYSTALLY" run -f %ssl --format json -o "$T/json" -- openssl s_client \
	-connect 127.0.0.1:4433 -quiet -ign_eof <"$T/request" \
	>"$T/answer" 2>"$T/err"
streams "$T/json" | awk '$6' >"$T/streams"
note "$(<"$T/streams")"
is "$(awk '$3 == "read" { sum += $6 } END { print sum }' "$T/streams")" \
	"$(stat -c %s "$T/answer")" 'openssl: what it has read is its output'
is "$(awk '$3 == "write" { sum += $6 } END { print sum }' "$T/streams")" \
	"$(stat -c %s "$T/request")" 'openssl: what it has written is its input'
is "$(awk '{ print $2 }' "$T/streams" | sort -u | wc -l)" 1 \
	'openssl: by one descriptor'
at_least "$(awk '$3 == "read" { sum += $9 } END { print sum }' \
	"$T/streams")" $bytes 'openssl: encrypted, it is more'
kill "$server"
wait "$server" 2>"$T/err"
unload

finish
