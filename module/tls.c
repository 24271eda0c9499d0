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
#include "session.h"
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

/*
 * The sessions that have timed a function's call from its entry on, and still
 * count it. Preemption off.
 */
static u32 frame_sessions(const struct frame *frame)
{
	u32 now =
		systally_session_calls(current->tgid, ABI_FUNCTION, frame->nr);

	return systally_session_timing(frame->sessions & now, frame->serial);
}

/* Adds a call to the row of a descriptor; preemption off. */
static void count(u32 sessions, enum systally_tls what, u32 fd, bool failed,
		  u64 bytes, u64 elapsed)
{
	struct table *table = systally_tally_table();
	struct table_row *row = systally_tally_tls(&table, sessions, what, fd);

	if (!row)
		return;
	table_count(&row->tls.calls, 1);
	table_count(&row->tls.failed, failed);
	table_count(&row->tls.bytes, bytes);
	table_count(&row->tls.time, elapsed);
}

/*
 * Whether the word at an address is a return address that the kernel has
 * replaced by its trampoline. That begins a page (uprobe_get_trampoline_vaddr()
 * in kernel/events/uprobes.c), which hardly any return address does. If the word
 * cannot be read, returns @otherwise.
 */
static bool is_trampoline(struct pt_regs *regs, unsigned long address,
			  bool otherwise)
{
	unsigned long word;
	int err;

	pagefault_disable();
	err = arch_user_word(regs, address, &word);
	pagefault_enable();
	if (err)
		return otherwise;
	return word && !offset_in_page(word);
}

/*
 * Whether a frame is of a function that moves data, and current is still in it.
 * It may have left it by longjmp(): then it has overwritten the return address
 * or will do so soon.
 */
static bool is_live(const struct frame *frame, struct pt_regs *regs)
{
	return frame->tls != TLS_NONE && frame->tls != TLS_FREE &&
	       frame->sp > user_stack_pointer(regs) &&
	       is_trampoline(regs, frame->sp, true);
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
	/* Another function that is probed returns with this one. */
	frame->is_tail = is_trampoline(regs, frame->sp, false);
}

/*
 * The innermost function that has called the one of @frame, for the same
 * connection, or NULL. @frame has returned.
 */
static struct frame *caller_of(struct frames *frames, const struct frame *frame,
			       struct pt_regs *regs)
{
	u32 i;

	for (i = frames->depth; i--;) {
		struct frame *outer = &frames->frame[i];
		bool tail = frame->is_tail && outer->sp == frame->sp &&
			    outer->nr != frame->nr && outer->tls != TLS_NONE &&
			    outer->tls != TLS_FREE;

		if (outer->connection == frame->connection &&
		    (tail || is_live(outer, regs)))
			return outer;
	}
	return NULL;
}

void systally_tls_returned(const struct frame *frame, u64 elapsed,
			   struct pt_regs *regs)
{
	bool is_read = frame->tls == TLS_READ || frame->tls == TLS_READ_BOOL;
	int ret = regs_return_value(regs);
	u32 fd = frame->fd, sessions;
	unsigned long bytes = 0;
	struct frames *frames;
	struct frame *outer;

	switch (frame->tls) {
	case TLS_READ:
	case TLS_WRITE:
		bytes = max(ret, 0);
		break;
	case TLS_READ_BOOL:
	case TLS_WRITE_BOOL:
		/* May sleep. */
		if (ret == 1 && arch_user_word(regs, frame->length_at, &bytes))
			bytes = 0;
		break;
	default:
		return;
	}
	preempt_disable_notrace();
	/* The process may have ceased to be a target, and the counters may have
	 * been reset meanwhile.
	 */
	frames = systally_inflight_frames();
	sessions = frame_sessions(frame);
	if (!frames || !sessions ||
	    frame->serial < systally_tally_table()->epoch)
		goto out;
	/* If such a function calls another one, only the outer one counts. */
	outer = caller_of(frames, frame, regs);
	if (outer) {
		if (fd != TLS_NO_FD)
			outer->fd = fd;
		goto out;
	}
	if (fd == TLS_NO_FD)
		fd = kept_fd(frame->connection);
	count(sessions,
	      is_read ? SYSTALLY_TLS_PLAIN_READ : SYSTALLY_TLS_PLAIN_WRITE, fd,
	      ret <= 0, bytes, elapsed);
out:
	preempt_enable_notrace();
}

/* The innermost function of TLS that current is in, or NULL */
static struct frame *calling_frame(struct frames *frames, struct pt_regs *regs)
{
	u32 i;

	for (i = frames->depth; i--;)
		if (is_live(&frames->frame[i], regs))
			return &frames->frame[i];
	return NULL;
}

void systally_tls_system_call(struct pt_regs *regs, long ret, u64 now)
{
	struct slot *slot = systally_inflight_slot(current->pid);
	unsigned long args[6];
	struct frame *frame;
	bool is_read, failed;
	u32 abi, nr, fd, sessions;

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
	/* As the kernel takes it. One that does not exist gets no row: there
	 * are millions of them.
	 */
	fd = args[0];
	failed = arch_call_failed(abi, &ret);
	if (fd >= TLS_NO_FD || ret == -EBADF)
		return;
	frame->fd = fd;
	keep_fd(frame->connection, fd);
	sessions = slot->sessions & frame_sessions(frame);
	if (!sessions)
		return;
	count(sessions,
	      is_read ? SYSTALLY_TLS_ENCRYPTED_READ :
			SYSTALLY_TLS_ENCRYPTED_WRITE,
	      fd, failed, failed ? 0 : ret,
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
