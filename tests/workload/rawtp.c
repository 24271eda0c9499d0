// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another tracer: a BPF program on a raw tracepoint, which the packaged BPF
 * tools cannot attach to. A coprocess:
 *	rawtp sys_enter|sys_exit TGID NR [THREADS]
 * Prints `tracing`. On a line from stdin it prints `calls N`, how many calls of
 * that number the process has entered or left since then, and `done`, and ends.
 * With THREADS, so many threads try to attach the program at the same time. Linux
 * 6.1 lets one of them, 6.12 all. N counts each call once all the same.
 */
#include <asm/ptrace.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stddef.h>

#include "workload.h"

#define INSN(c, d, s, o, i)                 \
	((struct bpf_insn){ .code = (c),    \
			    .dst_reg = (d), \
			    .src_reg = (s), \
			    .off = (o),     \
			    .imm = (i) })
#define MOV(d, s)	 INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define MOV_IMM(d, i)	 INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define ADD_IMM(d, i)	 INSN(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define SHR_IMM(d, i)	 INSN(BPF_ALU64 | BPF_RSH | BPF_K, d, 0, 0, i)
#define LOAD(d, s, o)	 INSN(BPF_LDX | BPF_DW | BPF_MEM, d, s, o, 0)
#define STORE_0(d, o)	 INSN(BPF_ST | BPF_W | BPF_MEM, d, 0, o, 0)
#define ATOMIC_ADD(d, s) INSN(BPF_STX | BPF_DW | BPF_ATOMIC, d, s, 0, BPF_ADD)
#define LOAD_MAP(d, fd)                                               \
	INSN(BPF_LD | BPF_DW | BPF_IMM, d, BPF_PSEUDO_MAP_FD, 0, fd), \
		INSN(0, 0, 0, 0, 0)
#define IF_EQ(d, i, o) INSN(BPF_JMP | BPF_JEQ | BPF_K, d, 0, o, i)
#define IF_NE(d, i, o) INSN(BPF_JMP | BPF_JNE | BPF_K, d, 0, o, i)
#define CALL(f)	       INSN(BPF_JMP | BPF_CALL, 0, 0, 0, f)
#define END()	       INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

static int bpf(int command, union bpf_attr *attr, const char *what)
{
	int result = syscall(SYS_bpf, command, attr, sizeof(*attr));

	if (result < 0)
		die("bpf: %s", what);
	return result;
}

static int map_make(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(__u32),
		.value_size = sizeof(__u64),
		.max_entries = 1,
	};

	return bpf(BPF_MAP_CREATE, &attr, "map");
}

/*
 * What the program gets is the tracepoint's arguments. The first one of both
 * is the pt_regs, whose orig_ax is the call.
 */
static int program_load(int map, int tgid, int nr)
{
	struct bpf_insn program[] = {
		LOAD(BPF_REG_3, BPF_REG_1, 0),
		ADD_IMM(BPF_REG_3, offsetof(struct pt_regs, orig_rax)),
		MOV(BPF_REG_1, BPF_REG_10),
		ADD_IMM(BPF_REG_1, -8),
		MOV_IMM(BPF_REG_2, 8),
		CALL(BPF_FUNC_probe_read_kernel),
		LOAD(BPF_REG_6, BPF_REG_10, -8),
		IF_NE(BPF_REG_6, nr, 12),
		CALL(BPF_FUNC_get_current_pid_tgid),
		SHR_IMM(BPF_REG_0, 32),
		IF_NE(BPF_REG_0, tgid, 9),
		STORE_0(BPF_REG_10, -4),
		MOV(BPF_REG_2, BPF_REG_10),
		ADD_IMM(BPF_REG_2, -4),
		LOAD_MAP(BPF_REG_1, map),
		CALL(BPF_FUNC_map_lookup_elem),
		IF_EQ(BPF_REG_0, 0, 2),
		MOV_IMM(BPF_REG_1, 1),
		ATOMIC_ADD(BPF_REG_0, BPF_REG_1),
		MOV_IMM(BPF_REG_0, 0),
		END(),
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = (unsigned long)program,
		.insn_cnt = sizeof(program) / sizeof(*program),
		.license = (unsigned long)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr, "program");
}

/*
 * Before 5.11 the memory of BPF maps counts as locked, and goes some time after
 * they do: bpf_map_charge_memlock(), kernel/bpf/syscall.c
 */
static void locked_memory_free(void)
{
	static const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	if (setrlimit(RLIMIT_MEMLOCK, &all))
		die("setrlimit");
}

static union bpf_attr attach;
static pthread_barrier_t together;
static int attached;

static void *attach_too(void *unused_arg unused)
{
	pthread_barrier_wait(&together);
	if (syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attach,
		    sizeof(attach)) >= 0)
		__atomic_add_fetch(&attached, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void attach_by(int threads)
{
	pthread_t thread[threads];
	int i;

	pthread_barrier_init(&together, NULL, threads);
	for (i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, attach_too, NULL))
			die("pthread_create");
	for (i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	if (!attached)
		die("%d threads could not attach it", threads);
}

int main(int argc, char **argv)
{
	union bpf_attr attr;
	__u32 key = 0;
	__u64 calls = 0;
	char byte;
	int map;

	if (argc != 4 && argc != 5) {
		fputs("usage: rawtp sys_enter|sys_exit TGID NR [THREADS]\n",
		      stderr);
		return 2;
	}
	locked_memory_free();
	map = map_make();
	attach.raw_tracepoint.prog_fd =
		program_load(map, atoi(argv[2]), atoi(argv[3]));
	attach.raw_tracepoint.name = (unsigned long)argv[1];
	attach_by(argc == 5 ? atoi(argv[4]) : 1);
	puts("tracing");
	fflush(stdout);
	while (read(0, &byte, 1) == 1 && byte != '\n')
		;
	attr = (union bpf_attr){
		.map_fd = map,
		.key = (unsigned long)&key,
		.value = (unsigned long)&calls,
	};
	bpf(BPF_MAP_LOOKUP_ELEM, &attr, "counter");
	if (calls % attached)
		die("%llu calls by %d attachments", calls, attached);
	printf("calls %llu\n", calls / attached);
	puts("done");
	return 0;
}
