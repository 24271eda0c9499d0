// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts what TLS libraries read and write.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>

#include "abi.h"
#include "arch_call.h"
#include "clock.h"
#include "inflight.h"
#include "memory.h"
#include "syscalls.h"
#include "tally_rows.h"
#include "tls.h"

DEFINE_STATIC_KEY_FALSE(systally_tls_key);

/* The words of the control `functions` */
static const char *const words[TLS_KINDS] = {
	[TLS_READ] = "read",	       [TLS_WRITE] = "write",
	[TLS_READ_BOOL] = "read_bool", [TLS_WRITE_BOOL] = "write_bool",
	[TLS_FREE] = "free",
};

/* The system calls that move data. Their first argument is the descriptor. */
static const char *const read_calls[] = { "read", "readv", "recvfrom",
					  "recvmsg" };
static const char *const write_calls[] = { "write", "writev", "sendto",
					   "sendmsg" };

/* Written before a function of TLS is probed. */
static struct syscall_set reads, writes;

/*
 * The descriptors of connections. A place is found by a hash of the process and
 * the function's first argument; a later connection takes it from an earlier
 * one. 0: free.
 *
 *   63                        22 21          0
 *   +---------------------------+-------------+
 *   | other bits of the hash    | descriptor  |
 *   +---------------------------+-------------+
 */
#define CONNECTIONS_BITS 12
#define CONNECTION_FD	 ((1ull << KEY_PID_BITS) - 1)

static u64 *connections;
#define CONNECTIONS_BYTES (sizeof(*connections) << CONNECTIONS_BITS)

int systally_tls_kind(const char *word)
{
	int kind;

	if (!word)
		return TLS_NONE;
	for (kind = TLS_NONE + 1; kind < TLS_KINDS; kind++)
		if (!strcmp(word, words[kind]))
			return kind;
	return -EINVAL;
}

const char *systally_tls_word(enum tls_kind kind)
{
	return words[kind];
}

/* The place of current's connection; sets *@tag to the bits that it keeps. */
static u64 *connection_place(unsigned long connection, u64 *tag)
{
	u64 hash = hash_64(connection ^ ((u64)current->tgid << 40), 64);

	/* Never 0, so that no connection looks like a free place. */
	*tag = (hash | 1ull << KEY_PID_BITS) & ~CONNECTION_FD;
	return &connections[hash >> (64 - CONNECTIONS_BITS)];
}

static void keep_fd(unsigned long connection, u32 fd)
{
	u64 tag, *place = connection_place(connection, &tag);

	WRITE_ONCE(*place, tag | fd);
}

static u32 kept_fd(unsigned long connection)
{
	u64 tag, *place = connection_place(connection, &tag);
	u64 value = READ_ONCE(*place);

	return (value & ~CONNECTION_FD) == tag ? value & CONNECTION_FD :
						 TLS_NO_FD;
}

static void forget_fd(unsigned long connection)
{
	u64 tag, *place = connection_place(connection, &tag);

	if ((READ_ONCE(*place) & ~CONNECTION_FD) == tag)
		WRITE_ONCE(*place, 0);
}

/* Adds a call to the row of a descriptor; preemption off. */
static void count(enum systally_tls what, u32 fd, bool failed, u64 bytes,
		  u64 elapsed)
{
	struct table *table = systally_tally_table();
	struct table_row *row = systally_tally_tls(&table, what, fd);

	if (!row)
		return;
	table_count(&row->tls.calls, 1);
	table_count(&row->tls.failed, failed);
	table_count(&row->tls.bytes, bytes);
	table_count(&row->tls.time, elapsed);
}

void systally_tls_entered(struct frame *frame, enum tls_kind kind,
			  struct pt_regs *regs)
{
	frame->tls = kind;
	frame->fd = TLS_NO_FD;
	if (arch_user_argument(regs, 1, &frame->connection) ||
	    ((kind == TLS_READ_BOOL || kind == TLS_WRITE_BOOL) &&
	     arch_user_argument(regs, 4, &frame->length_at)))
		frame->tls = TLS_NONE;
	else if (kind == TLS_FREE)
		forget_fd(frame->connection);
}

void systally_tls_returned(struct frames *frames, const struct frame *frame,
			   u64 elapsed, struct pt_regs *regs)
{
	bool is_read = frame->tls == TLS_READ || frame->tls == TLS_READ_BOOL;
	unsigned long bytes = 0;
	int ret = regs_return_value(regs);
	u32 fd = frame->fd, i;

	switch (frame->tls) {
	case TLS_READ:
	case TLS_WRITE:
		bytes = max(ret, 0);
		break;
	case TLS_READ_BOOL:
	case TLS_WRITE_BOOL:
		if (ret == 1 && arch_user_word(regs, frame->length_at, &bytes))
			bytes = 0;
		break;
	default:
		return;
	}
	/* A function that another one of the same connection calls is a part of
	 * that.
	 */
	for (i = frames->depth; i--;) {
		struct frame *outer = &frames->frame[i];

		if (outer->tls == TLS_NONE ||
		    outer->connection != frame->connection)
			continue;
		if (fd != TLS_NO_FD)
			outer->fd = fd;
		return;
	}
	if (fd == TLS_NO_FD)
		fd = kept_fd(frame->connection);
	preempt_disable_notrace();
	count(is_read ? SYSTALLY_TLS_PLAIN_READ : SYSTALLY_TLS_PLAIN_WRITE, fd,
	      ret <= 0, bytes, elapsed);
	preempt_enable_notrace();
}

/*
 * Whether current is still in the function of a frame, which it may have left
 * by longjmp(). The kernel has put its trampoline in the place of the return
 * address, and another call at that place overwrites it. The trampoline begins
 * a page (uprobe_get_trampoline_vaddr() in kernel/events/uprobes.c), which
 * hardly any return address does. Preemption off.
 */
static bool is_live(const struct frame *frame, struct pt_regs *regs)
{
	unsigned long address;
	int err;

	if (frame->sp <= user_stack_pointer(regs))
		return false;
	pagefault_disable();
	err = arch_user_word(regs, frame->sp, &address);
	pagefault_enable();
	return err || !offset_in_page(address);
}

/* The innermost function of TLS that current is in, or NULL */
static struct frame *calling_frame(struct frames *frames, struct pt_regs *regs)
{
	u32 i;

	for (i = frames->depth; i--;)
		if (frames->frame[i].tls != TLS_NONE &&
		    is_live(&frames->frame[i], regs))
			return &frames->frame[i];
	return NULL;
}

void systally_tls_system_call(struct pt_regs *regs, long ret, u64 now)
{
	struct slot *slot = systally_inflight_slot(current->pid);
	unsigned long args[6];
	struct frame *frame;
	bool is_read, failed;
	u32 abi, nr;

	if (!slot || !slot->entered_at || !slot->frames ||
	    !slot->frames->depth ||
	    slot->serial < systally_tally_table()->epoch)
		return;
	abi = key_abi(slot->key);
	nr = key_nr(slot->key);
	is_read = test_bit(nr, reads.nr[abi]);
	if (!is_read && !test_bit(nr, writes.nr[abi]))
		return;
	frame = calling_frame(slot->frames, regs);
	if (!frame)
		return;
	syscall_get_arguments(current, regs, args);
	if (args[0] >= TLS_NO_FD)
		return;
	frame->fd = args[0];
	keep_fd(frame->connection, frame->fd);
	failed = arch_call_failed(abi, &ret);
	count(is_read ? SYSTALLY_TLS_ENCRYPTED_READ :
			SYSTALLY_TLS_ENCRYPTED_WRITE,
	      frame->fd, failed, failed ? 0 : ret,
	      systally_clock_elapsed(slot->entered_at, now));
}

int systally_tls_prepare(void)
{
	unsigned int i;

	BUILD_BUG_ON(CONNECTIONS_BITS > KEY_PID_BITS);
	if (connections)
		return 0;
	/* A process cannot make calls whose names this kernel lacks. */
	for (i = 0; i < ARRAY_SIZE(read_calls); i++)
		systally_syscall_add(&reads, read_calls[i]);
	for (i = 0; i < ARRAY_SIZE(write_calls); i++)
		systally_syscall_add(&writes, write_calls[i]);
	connections = systally_memory_alloc(CONNECTIONS_BYTES, NUMA_NO_NODE);
	return connections ? 0 : -ENOMEM;
}

void systally_tls_exit(void)
{
	systally_memory_free(connections, CONNECTIONS_BYTES);
}
