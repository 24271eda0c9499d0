#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Compares the tables of tapsets/systally_args.stp with the prototypes in the
# headers of a kernel, in which 07-outside.t runs it:
#   prototypes.pl TAPSET COMMON-HEADERS KERNEL-HEADERS
# Prints what differs. Fails if anything does.
use strict;
use warnings;

my ($tapset, $common, $built) = @ARGV;
my $asm = "$built/arch/x86/include/generated";

sub text {
	my ($path) = @_;
	open(my $file, '<', $path) or die "$path: $!\n";
	local $/;
	my $text = <$file>;
	$text =~ s{/\*.*?\*/}{}gs;
	return $text;
}

# Functions that are in no header: arch/x86/kernel/sys_ia32.c, ioport.c, tls.c...
# The number of arguments, and of those that are texts
my %digits = (
	sys_mmap => '6', sys_modify_ldt => '3', sys_arch_prctl => '2',
	compat_sys_arch_prctl => '2', sys_iopl => '1', sys_ioperm => '3',
	sys_set_thread_area => '1', sys_get_thread_area => '1',
	sys_rt_sigreturn => '0', compat_sys_rt_sigreturn => '0',
	compat_sys_sigreturn => '0', compat_sys_x32_rt_sigreturn => '0',
	sys_ia32_truncate64 => '31', sys_ia32_ftruncate64 => '3',
	sys_ia32_pread64 => '5', sys_ia32_pwrite64 => '5',
	sys_ia32_fadvise64_64 => '6', sys_ia32_readahead => '4',
	sys_ia32_sync_file_range => '6', sys_ia32_fadvise64 => '5',
	sys_ia32_fallocate => '6', compat_sys_ia32_mmap => '1',
	compat_sys_ia32_clone => '5', compat_sys_ia32_stat64 => '21',
	compat_sys_ia32_lstat64 => '21', compat_sys_ia32_fstat64 => '2',
	compat_sys_ia32_fstatat64 => '42', compat_sys_old_getrlimit => '2',
	compat_sys_preadv => '5', compat_sys_pwritev => '5',
	compat_sys_preadv2 => '6', compat_sys_pwritev2 => '6',
	# its mask is one argument where registers have 64 bits
	sys_fanotify_mark => '55',
	sys_ni_syscall => '0',
);

# Is this parameter a text that ends in a NUL? Those of write and similar calls
# have a length.
sub is_text {
	my ($parameter, $call) = @_;
	return 0 unless $parameter =~ /\bchar\b.*\*\s*(\w*)$/;
	my $name = $1;
	return 0 if $parameter =~ /\*.*\*/ || $call =~ /^sys_set(host|domain)name/;
	return $name !~ /^(u_)?(buf|msg_ptr)$/ if $parameter =~ /\bconst\b/;
	return $name =~ /^(filename|path|pathname|name|dev_name|dir_name|type)$/;
}

for my $header ('syscalls.h', 'compat.h') {
	my $text = text("$common/include/linux/$header");
	while ($text =~ /\blong\s+((?:compat_)?sys_\w+)\s*\(([^;{]*?)\)\s*;/gs) {
		my ($call, $list) = ($1, $2);
		next if exists $digits{$call};
		my @list = split /\s*,\s*/, $list =~ s/^\s*(.*?)\s*$/$1/sr;
		@list = () if $list =~ /^\s*(void)?\s*$/;
		$digits{$call} = scalar(@list) . join('',
			grep { is_text($list[$_ - 1], $call) } 1 .. @list);
	}
}

my %table;
my $source = text($tapset);
for my $part (qw(table i386 x32)) {
	$source =~ /systally_args_$part\[\] =(.*?);/s or die "no $part\n";
	(my $words = $1) =~ s/["\n\t]//g;
	$table{$part}{$1} = $2 while $words =~ /(\w+):(\d+)/g;
}

my ($checked, $wrong) = (0, 0);
for my $abi (['64', '64', 'none'], ['32', '32', 'i386'], ['x32', 'x32', 'x32']) {
	my ($unistd, $list, $part) = @$abi;
	my (%name, %function);
	my $text = text("$asm/uapi/asm/unistd_$unistd.h");
	$name{$2} = $1
		while $text =~ /#define __NR_(\w+) \(?(?:__X32_SYSCALL_BIT \+ )?(\d+)/g;
	$text = text("$asm/asm/syscalls_$list.h");
	$function{$1} = $2
		while $text =~ /__SYSCALL\w*\((\d+), (?:\w+, )?(\w+)\)/g;
	for my $nr (sort { $a <=> $b } keys %function) {
		my $name = $name{$nr} or next;
		my $wanted = $digits{$function{$nr}};
		my $found = $table{$part}{$name} // $table{table}{$name} // '';
		# a call that this kernel lacks may be on another one
		next if $function{$nr} eq 'sys_ni_syscall' && $found ne '';
		$checked++;
		next if defined $wanted && $found eq $wanted;
		$wrong++;
		print "$unistd $name: $found, $function{$nr} has ",
			$wanted // 'no prototype', "\n";
	}
}
print "$checked calls are compared\n";
exit($wrong || $checked < 1100);
