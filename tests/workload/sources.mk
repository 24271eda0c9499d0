# SPDX-License-Identifier: GPL-2.0-only
#
# The programs of the guest tests; included by the Makefile. Each name is built
# from the one source of that name, which includes workload.h:
#   $(CC) $(WORKLOAD_CFLAGS) -o NAME tests/workload/NAME.c $(WORKLOAD_LIBS)
#   the same with -m32, as NAME32
# Static and not PIE: int 0x80 from 64-bit code takes 32-bit pointers only, and
# libc must not add calls of the dynamic linker's.

WORKLOADS := blocked calls chain churn cost crowd ctlwrite files functions gocalls \
	insert latency loops mover names namespace polls puppet rawtp returns reuse \
	rows scribble signals snapread spent spread starve storm sweep threads tls tree \
	victims

# Built a second time for i386, as NAME32
WORKLOADS32 := blocked calls chain functions latency loops polls returns signals storm \
	threads tls tree victims

# The program of tests/in-process, which calls functions of two libraries. It is
# built a second time for i386, in the folder lib32.
CALLER := caller libprobed.so libopened.so
CALLER_CFLAGS := -O2 -g -std=gnu11 -Wall -Wextra -Werror -pthread

# For scripts/overhead only: one with OpenSSL's libraries, and one in Go
EXPERIMENT_WORKLOADS := sslloops mix

WORKLOAD_CFLAGS := -O2 -g -std=gnu11 -Wall -Wextra -Werror -static -no-pie \
	-fno-pie -pthread
WORKLOAD_LIBS := -lm

# What each depends on besides its own source
WORKLOAD_HEADERS := tests/workload/workload.h tests/workload/blocking.h \
	include/systally.h
