#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Processes with hostile names: no output of systally controls a terminal, a
# spreadsheet or markdown, and each name can be read back from the output.

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/command.sh"

# shellcheck disable=SC2016 # backticks
names=($'\e[31mred' $'a\xc2\x9b31m' $'\x9b31m' $'\xe2\x80\xaeevil' $'ze\xe2\x80\x8bro'
	$'li\xe2\x80\xa8ne' $'new\nline' 'say "hi", you' "it's" 'back\slash' '\x41'
	'pipe|cell' '=1+1' '-bash' '@SUM(1)' $'\t=1' 'a;=1+1' '``<b>x</b>``'
	$'\xff\xfe bad' $'caf\xc3\xa9' ' ')
calls=100

# expected: for each name its bytes in hexadecimal, and its calls
expected() {
	local i

	for i in "${!names[@]}"; do
		printf '%s %d\n' "$(printf %s "${names[i]}" | od -An -v -tx1 |
			tr -d ' \n')" $((calls + i + 1))
	done | sort
}
expected=$(expected)

# decoded PERL: the same, from the report on standard input. PERL parses $text
# and pushes each row to @rows as [comm, count]. Each \xHH becomes its byte.
decoded() {
	perl -MJSON::PP -e '
		local $/;
		our ($text, @rows) = (<STDIN>);
		eval $ARGV[0];
		die $@ if $@;
		for (@rows) {
			my ($comm, $count) = @$_;
			$comm =~ s/\\x([0-9a-f]{2})/chr(hex($1))/ge;
			printf("%s %d\n", unpack("H*", $comm), $count);
		}' "$1" | grep -vxF "$(printf names | od -An -tx1 | tr -d ' \n') 0" |
		sort
}

# shellcheck disable=SC2016 # perl
json='my $d = decode_json($text);
	for my $row (@{$d->{rows}}) {
		my $comm = $row->{comm};
		utf8::encode($comm);
		push @rows, [$comm, $row->{count}];
	}'
# shellcheck disable=SC2016 # perl
csv='$text =~ s/.*\n//;
	for my $line (split /\n/, $text) {
		$line =~ /^("(?:[^"]|"")*"|[^",]*),(\d+),/ or die "not CSV: $line";
		my ($comm, $count) = ($1, $2);
		$comm =~ s/""/"/g if $comm =~ s/^"(.*)"$/$1/;
		die "a formula: $comm" if $comm =~ /^[ "]*[=+@-]/;
		push @rows, [$comm, $count];
	}'
# shellcheck disable=SC2016 # perl
table='for my $line (split /\n/, $text) {
		push @rows, [$2, $1]
			if $line =~ /^ *(\d+) +[\d.]+(?: +\d+)?  (.*)$/ &&
				$2 ne "total";
	}'
# shellcheck disable=SC2016 # perl
markdown='for my $line (split /\n/, $text) {
		next unless $line =~ m{^\| +(\d+) \| +[\d.]+ (?:\| +\d+ )?\| (`+)(.*) \|$};
		my ($count, $fence, $code) = ($1, $2, $3);
		$code =~ s/(?<!`)$fence *$// or die "no end: $line";
		die "ends before: $line" if $code =~ /(?<!`)$fence(?!`)/;
		die "a cell ends: $line" if $code =~ /(?<!\\)\|/;
		$code =~ s/^ (.*) $/$1/ if length($fence) > 1;
		$code =~ s/\\\|/|/g;
		push @rows, [$code, $count];
	}'

# harmless FILE: true if it is UTF-8 without controls (but newlines) and without
# invisible characters
harmless() {
	perl -e '
		use Encode;
		local $/;
		my $text = decode("UTF-8", scalar(<STDIN>), Encode::FB_CROAK);
		$text =~ tr/\n//d;
		exit($text =~ /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/);' <"$1"
}

need_load
run=(run -n 0 -b command -e getppid -o "$T/report")

for format in json csv text markdown; do
	case $format in
	json) parser=$json ;;
	csv) parser=$csv ;;
	text) parser=$table ;;
	markdown) parser=$markdown ;;
	esac
	try "${run[@]}" --format $format -- "$WORKLOAD/names" $calls "${names[@]}"
	is "$got $(<"$T/err")" '0 ' "$format: the workload runs"
	passes "$format: nothing acts" harmless "$T/report"
	is "$(decoded "$parser" <"$T/report")" "$expected" \
		"$format: each name with its calls"
done

# A recording keeps the bytes of names and of the command line
try record -o "$T/record" -e getppid -- "$WORKLOAD/names" $calls "${names[@]}"
is "$got" 0 'record: the workload runs'
passes 'record: nothing acts' harmless "$T/record"
is "$(head -n 1 "$T/record" | perl -MJSON::PP -ne '
	for my $word (@{decode_json($_)->{command}}) {
		utf8::encode($word);
		$word =~ s/\\x([0-9a-f]{2})/chr(hex($1))/ge;
		print unpack("H*", $word), "\n";
	}' | tail -n +3)" "$(for name in "${names[@]}"; do
	printf %s "$name" | od -An -v -tx1 | tr -d ' \n'
	echo
done)" 'record: every byte of the command line can be read back'
try report -n 0 -b command --format json "$T/record"
is "$(decoded "$json" <"$T/out")" "$expected" \
	'report of the recording: each name with its calls'
try compare -n 0 -b command "$T/record" "$T/record"
passes 'compare: nothing acts' harmless "$T/out"

# Messages and notes
for name in "${names[@]:0:7}"; do
	try report "$T/$name"
	is "$got $(wc -l <"$T/err")" '1 1' 'a file that is not there: one line'
	passes 'a file that is not there: nothing acts' harmless "$T/err"
	try run -e "$name" -- true
	is "$(wc -l <"$T/err")" 1 'a word that is not known: one line'
	passes 'a word that is not known: nothing acts' harmless "$T/err"
	try "--$name"
	is "$got $(wc -l <"$T/err")" '2 1' 'an option that is not known: one line'
	passes 'an option that is not known: nothing acts' harmless "$T/err"
done
try doctor
passes 'doctor: nothing acts' harmless "$T/out"
try status
passes 'status: nothing acts' harmless "$T/out"

finish
