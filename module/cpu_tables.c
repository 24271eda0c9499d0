// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the CPUs' tables, and replaces them by others.
 */
#include <linux/cpuhotplug.h>
#include <linux/jiffies.h>
#include <linux/topology.h>

#include "cpu_tables.h"
#include "master.h"
#include "memory.h"

/*
 * Rows of a CPU's table: CPU_ROWS at first, fewer if the cap is low.
 * CPU_ROWS_MIN is enough for the histograms of about a hundred calls of one
 * process. A table grows to CPU_ROWS_MAX at most.
 */
#define CPU_ROWS_MIN 256
#define CPU_ROWS     4096
#define CPU_ROWS_MAX 16384

DEFINE_PER_CPU(struct tally_cpu, systally_tally_cpu);
struct table *systally_tally_backlog[TALLY_BACKLOG_MAX];

/* Both under the mutex */
static u64 serial = 1; /* of the table that was put to use last */
static u64 epoch;      /* serial of the current epoch's first table */

/* Set at load: the state that make_tables() belongs to */
static enum cpuhp_state hotplug_state;

void systally_cpu_tables_stamp(struct table *table)
{
	table->serial = ++serial;
	table->epoch = epoch;
}

static struct table *stamped_table(u32 rows, int node, bool beyond)
{
	struct table *table = beyond ? systally_table_alloc_beyond(rows, node) :
				       systally_table_alloc(rows, node);

	if (table)
		systally_cpu_tables_stamp(table);
	return table;
}

void systally_cpu_tables_put_spare(struct tally_cpu *cpu, struct table *table)
{
	table_clean(table);
	systally_cpu_tables_stamp(table);
	/* After the cleaning. Pairs with the xchg() in make_row(). */
	smp_store_release(&cpu->spare, table);
}

void systally_cpu_tables_filled(struct tally_cpu *cpu)
{
	lockdep_assert_held(&systally_tally_mutex);
	cpu->hot = time_before(jiffies, cpu->filled + HZ);
	cpu->filled = jiffies;
}

/* Puts @new in the place of one of a CPU's tables, for query.c. */
static void replace_table(struct tally_cpu *cpu, const struct table *old,
			  struct table *new)
{
	unsigned int i;

	lockdep_assert_held(&systally_move_lock);
	for (i = 0; cpu->all[i] != old; i++)
		;
	cpu->all[i] = new;
}

void systally_cpu_tables_relieve(void)
{
	unsigned int i;
	int cpu_nr;

	lockdep_assert_held(&systally_tally_mutex);
	for (i = 0; i < TALLY_BACKLOG_MAX && systally_tally_backlog[i]; i++)
		;
	for_each_tally_cpu(cpu_nr) {
		struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);
		/* Pairs with the release in make_row(). */
		struct table *retired = smp_load_acquire(&cpu->retired), *spare;

		if (!retired || i == TALLY_BACKLOG_MAX)
			continue;
		spare = stamped_table(table_rows(retired), cpu_to_node(cpu_nr),
				      false);
		if (!spare)
			return;
		raw_spin_lock_irq(&systally_move_lock);
		systally_tally_backlog[i++] = retired;
		replace_table(cpu, retired, spare);
		raw_spin_unlock_irq(&systally_move_lock);
		WRITE_ONCE(cpu->retired, NULL);
		systally_cpu_tables_filled(cpu);
		/* Pairs with the xchg() in make_row(). */
		smp_store_release(&cpu->spare, spare);
	}
}

/*
 * Replaces a CPU's spare by a table twice as large if the CPU has filled its
 * last one within a second, and is not just taking the spare.
 */
static void grow_spare(struct tally_cpu *cpu, int node)
{
	struct table *spare = READ_ONCE(cpu->spare), *larger;
	u32 rows;

	if (!cpu->hot || !spare)
		return;
	cpu->hot = false;
	rows = 2 * table_rows(spare);
	if (rows > CPU_ROWS_MAX ||
	    table_row_bytes(rows) * num_online_cpus() >
		    systally_memory_max_bytes / 32 ||
	    !systally_memory_room(4 * table_bytes(rows)))
		return;
	larger = stamped_table(rows, node, false);
	if (!larger)
		return;
	spare = xchg(&cpu->spare, NULL);
	if (!spare || table_rows(spare) >= rows) {
		if (spare)
			smp_store_release(&cpu->spare, spare);
		systally_table_free(larger);
		return;
	}
	raw_spin_lock_irq(&systally_move_lock);
	replace_table(cpu, spare, larger);
	raw_spin_unlock_irq(&systally_move_lock);
	smp_store_release(&cpu->spare, larger);
	systally_table_free(spare);
}

void systally_cpu_tables_grow(void)
{
	int cpu_nr;

	lockdep_assert_held(&systally_tally_mutex);
	for_each_tally_cpu(cpu_nr)
		grow_spare(&per_cpu(systally_tally_cpu, cpu_nr),
			   cpu_to_node(cpu_nr));
}

void systally_cpu_tables_new_epoch(void)
{
	lockdep_assert_held(&systally_tally_mutex);
	WRITE_ONCE(epoch, serial + 1);
}

u64 systally_cpu_tables_epoch(void)
{
	return READ_ONCE(epoch);
}

u64 systally_cpu_tables_next_serial(void)
{
	lockdep_assert_held(&systally_tally_mutex);
	return serial + 1;
}

static void free_tables(struct tally_cpu *cpu)
{
	systally_table_free(cpu->third);
	systally_table_free(cpu->retired);
	systally_table_free(cpu->spare);
	systally_table_free(cpu->active);
	memset(cpu, 0, sizeof(*cpu));
}

/* Rows of a new table. All tables together take at most an eighth of the cap. */
static u32 first_rows(void)
{
	u32 rows = CPU_ROWS;

	while (rows > CPU_ROWS_MIN &&
	       3 * table_row_bytes(rows) * num_online_cpus() >
		       systally_memory_max_bytes / 8)
		rows /= 2;
	return rows;
}

/*
 * Makes the tables of a CPU that comes online for the first time, before it
 * runs a task. A CPU that goes offline keeps them, with what they count.
 * Process context, under the kernel's cpu_hotplug_lock; sleeps. Returns 0, or
 * -ENOMEM: then the module does not load, or the CPU does not come online. The
 * cap must not keep a CPU offline: it holds for the CPUs at load only.
 */
static int make_tables(unsigned int cpu_nr)
{
	struct tally_cpu *cpu = &per_cpu(systally_tally_cpu, cpu_nr);
	struct tally_cpu new = {};
	int node = cpu_to_node(cpu_nr);
	bool loaded = hotplug_state;
	u32 rows = first_rows();

	if (systally_tally_has_cpu(cpu_nr))
		return 0;
	rt_mutex_lock(&systally_tally_mutex);
	new.active = stamped_table(rows, node, loaded);
	new.spare = stamped_table(rows, node, loaded);
	new.third = stamped_table(rows, node, loaded);
	new.all[0] = new.active;
	new.all[1] = new.spare;
	new.all[2] = new.third;
	if (!new.active || !new.spare || !new.third) {
		free_tables(&new);
		rt_mutex_unlock(&systally_tally_mutex);
		return -ENOMEM;
	}
	raw_spin_lock_irq(&systally_move_lock);
	*cpu = new;
	raw_spin_unlock_irq(&systally_move_lock);
	rt_mutex_unlock(&systally_tally_mutex);
	return 0;
}

static void free_all_tables(void)
{
	int cpu_nr;

	for_each_tally_cpu(cpu_nr)
		free_tables(&per_cpu(systally_tally_cpu, cpu_nr));
}

int systally_cpu_tables_init(void)
{
	int err;

	/* Calls make_tables() for the CPUs that are online now, too. */
	err = cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "systally:tables",
				make_tables, NULL);
	if (err < 0) {
		free_all_tables();
		return err;
	}
	hotplug_state = err;
	return 0;
}

void systally_cpu_tables_exit(void)
{
	cpuhp_remove_state(hotplug_state);
	free_all_tables();
}
