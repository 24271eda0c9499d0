/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only header that module and command share: their version, and the binary
 * form of the counters, which the module writes to the file `snapshot` in
 * debugfs and the command reads.
 *
 * Layout, all fields little endian, no padding:
 *
 *   +--------------------------------+ 0
 *   | struct systally_header         |
 *   +--------------------------------+ header_bytes
 *   | call_rows x row_bytes          |  one per (process, abi, nr)
 *   +--------------------------------+
 *   | error_rows x row_bytes         |  one per (process, abi, nr, errno)
 *   +--------------------------------+
 *   | unattributed_rows x row_bytes  |  one per (abi, nr), tgid 0
 *   +--------------------------------+
 *   | hist_rows x row_bytes          |  one per (process, abi, nr, octave)
 *   +--------------------------------+
 *   | functions x systally_function  |  one per nr of SYSTALLY_ABI_FUNCTION
 *   +--------------------------------+
 *   | tls_rows x row_bytes           |  one per (process, descriptor, nr)
 *   +--------------------------------+
 *   | processes x process_bytes      |  facts of processes that have rows
 *   +--------------------------------+
 *   | text_bytes                     |  their texts, each with a NUL
 *   +--------------------------------+
 *
 * The rows of a section are in no order, and no two of them are of one key. A
 * process whose user or control group has changed is several processes here: each
 * has its own rows, of the same tgid and start.
 *
 * A snapshot is exact even while calls are being counted:
 *
 *   entered == sum of `count` over call_rows + unattributed
 *
 * A reader refuses another `version`. It steps by header_bytes and row_bytes.
 * So fields can be added at the end of header and row, and sections after the
 * last one, without a new version.
 *
 * The buckets of a histogram are in clock units, so that no time is rounded
 * before it is counted; clock_khz units are a millisecond. Each octave of times
 * has SYSTALLY_HIST_BUCKETS buckets of equal width. No bucket is wider than a
 * quarter of its lower bound, so its middle is within 12.5% of any time in it.
 * The times of octave o, bucket b, in clock units:
 *
 *   o = 0     exactly b
 *   o > 0     from (4 + b) << (o - 1) to below (5 + b) << (o - 1)
 *
 *       0   1   2   3   4   5   6   7   8  10  12  14  16  20  24  28  32 ...
 *   o   |       0       |       1       |       2       |       3       |
 *   b   | 0   1   2   3 | 0   1   2   3 | 0   1   2   3 | 0   1   2   3 |
 */
#ifndef SYSTALLY_H
#define SYSTALLY_H

#include <linux/types.h>

/* The version of module and command. This is the only place that says it. */
#define SYSTALLY_VERSION "0.1.0"

#define SYSTALLY_MAGIC		"systally" /* 8 bytes, no NUL */
#define SYSTALLY_FORMAT_VERSION 1
#define SYSTALLY_COMM_LEN	16

#define SYSTALLY_HIST_BUCKETS 4	 /* in an octave */
#define SYSTALLY_HIST_OCTAVES 63 /* hold every 64-bit time */

/* The ABI of a row: which table its nr is a number of */
enum systally_abi {
	SYSTALLY_ABI_X86_64,
	SYSTALLY_ABI_I386,
	SYSTALLY_ABI_X32, /* nr without __X32_SYSCALL_BIT */
	SYSTALLY_ABIS,
	/* User functions, whose names are systally_function */
	SYSTALLY_ABI_FUNCTION = 255,
};

/*
 * nr of the row of all numbers that are too large for any kernel; shown as -1
 */
#define SYSTALLY_NR_OUT_OF_RANGE (-1)

/* uid of processes whose user is not known */
#define SYSTALLY_UID_UNKNOWN 0xffffffffu

#define SYSTALLY_FUNCTION_NAME_LEN 60

/* nr of a row of TLS: whose bytes it counts */
enum systally_tls {
	SYSTALLY_TLS_PLAIN_READ,      /* by functions of the library */
	SYSTALLY_TLS_ENCRYPTED_READ,  /* by the system calls that these make */
	SYSTALLY_TLS_PLAIN_WRITE,     /* as the first */
	SYSTALLY_TLS_ENCRYPTED_WRITE, /* as the second */
	SYSTALLY_TLS_KINDS
};

/* tid of a row of TLS: the descriptor is not known */
#define SYSTALLY_TLS_NO_FD 0xffffffffu

enum systally_collect {
	SYSTALLY_COLLECT_COUNT, /* entries only */
	SYSTALLY_COLLECT_TIME,	/* and errors, total, max */
	SYSTALLY_COLLECT_HIST,	/* and latency histograms */
};

/* systally_header.flags */
#define SYSTALLY_ENABLED 0x1 /* `enabled` is 1 */
#define SYSTALLY_THREADS 0x2 /* call rows are per thread, tid is set */

struct systally_header {
	char magic[8];	    /* SYSTALLY_MAGIC */
	__u32 version;	    /* SYSTALLY_FORMAT_VERSION */
	__u32 header_bytes; /* sizeof(struct systally_header) */
	__u32 row_bytes;    /* sizeof(struct systally_row) */
	__u32 collect;	    /* enum systally_collect, now */
	__u64 call_rows;
	__u64 error_rows;
	__u64 unattributed_rows;
	__u64 entered;	    /* calls seen since the last reset */
	__u64 unattributed; /* of these, without a call row: no memory */
	__u64 orphan_exits; /* exits whose entry was not seen */
	__u64 untimed;	    /* exits whose time, error or bucket has no row
			     */
	__u64 discarded;    /* calls that resets threw away, since load */
	__u64 generation;   /* number of resets since load */
	__u64 taken_ns;	    /* CLOCK_MONOTONIC when this was taken */
	__u32 flags;	    /* SYSTALLY_ENABLED, SYSTALLY_THREADS */
	__u32 reserved;
	__u64 hist_rows;
	__u64 clock_khz;     /* clock units in a millisecond */
	__u64 kprobe_missed; /* calls that a kprobe did not see, since load */
	__u64 denied;	  /* calls that seccomp or a tracer answered: they are
			      * not in `entered`. Only with times, and only by
			      * the tracepoint
			      */
	__u64 functions;  /* names of user functions, after these rows */
	__u64 tls_rows;	  /* after the names */
	__u64 processes;  /* after these rows */
	__u64 text_bytes; /* after the processes */
	__u32 process_bytes; /* sizeof(struct systally_process) */
	__u32 reserved2;
};

/*
 * Headers from before there were histograms end after `reserved`, others before
 * `kprobe_missed`, `functions`, `tls_rows` or `processes`. Rows from before there
 * were processes have SYSTALLY_ROW_BYTES_MIN.
 */
#define SYSTALLY_HEADER_BYTES_MIN  112
#define SYSTALLY_ROW_BYTES_MIN	   72
#define SYSTALLY_PROCESS_BYTES_MIN 40

struct systally_row {
	__u64 start_ns; /* CLOCK_BOOTTIME when the process started (with
			 * SYSTALLY_THREADS, in call rows: the thread).
			 * Rows of a reused pid differ in it.
			 */
	union {
		struct {
			__u64 count;	/* calls; in error rows: failed calls */
			__u64 errors;	/* calls that returned -4095..-1 */
			__u64 total_ns; /* time between entry and exit */
			__u64 max_ns;	/* the longest of them */
		};
		/* Hist rows: calls whose time is in the bucket */
		__u64 buckets[SYSTALLY_HIST_BUCKETS];
		/* Rows of TLS */
		struct {
			__u64 calls;
			__u64 failed; /* or at the end of the stream */
			__u64 bytes;
			__u64 time_ns; /* between entry and exit */
		} tls;
	};
	__u32 tgid; /* in the init namespace; 0: processes that have
		     * exited, folded into one row per comm
		     */
	__u32 tid;  /* 0 unless SYSTALLY_THREADS, and in hist rows; in rows of
		     * TLS the descriptor
		     */
	__s32 nr;   /* SYSTALLY_NR_OUT_OF_RANGE, or the number */
	__u16 abi;  /* enum systally_abi; 0 in rows of TLS */
	union {
		__u16 error;  /* errno of an error row, else 0 */
		__u16 octave; /* hist rows */
	};
	char comm[SYSTALLY_COMM_LEN]; /* NUL-terminated */
	__u32 process; /* the number of its process, from 1; 0: it has none */
	__u32 facts;   /* a hash of that one's user and group: rows of one key
			* that differ in it are of different times
			*/
};

/*
 * The facts of a process, or, with SYSTALLY_THREADS, of a thread. Those of
 * processes that have exited and share rows have tgid 0.
 */
struct systally_process {
	__u64 start_ns;	 /* as in the rows */
	__u64 cgroup_id; /* of its control group; 0: not known */
	__u32 tgid;	 /* in the init namespace */
	__u32 tid;	 /* 0: facts of the process */
	__u32 uid;	 /* effective; SYSTALLY_UID_UNKNOWN */
	__u32 parent;	 /* tgid of its parent; 0: not known */
	__u32 cgroup;	 /* where the group's path begins in the text, as the
		       * reader's cgroup namespace shows it; 0: not known
		       */
	__u32 exe;	 /* the same: the last part of its executable's path */
	__u32 pid; /* its tgid in the reader's pid namespace; 0: it has none
			  * there, or has ended
			  */
	__u32 reserved;
};

/* The name of the rows of SYSTALLY_ABI_FUNCTION that have this nr */
struct systally_function {
	__u32 nr;
	char name[SYSTALLY_FUNCTION_NAME_LEN]; /* NUL-terminated, no blanks */
};

#endif /* SYSTALLY_H */
