#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Parses JSON on stdin, one document per line. The arguments choose what it
# prints: `keys`, its keys; `rows`, for each row TGID COMM ABI SYSCALL COUNT
# ERRORS TOTAL_NS; `get KEY`, that value; `row-keys`, the keys of the first row.
# Fails if a line is not JSON.
use strict;
use warnings;
use JSON::PP;

my ($what, $key) = @ARGV;
my $documents = 0;
while (my $line = <STDIN>) {
	my $data = decode_json($line);
	$documents++;
	if ($what eq 'keys') {
		print join(' ', sort keys %$data), "\n";
	} elsif ($what eq 'get') {
		print "$data->{$key}\n";
	} elsif ($what eq 'row-keys') {
		print join(' ', sort keys %{$data->{rows}[0]}), "\n";
	} elsif ($what eq 'rows') {
		for my $row (@{$data->{rows}}) {
			print join(' ', map { $row->{$_} // '-' }
				qw(tgid comm abi syscall count errors total_ns)),
				"\n";
		}
	}
}
die "no documents\n" unless $documents;
