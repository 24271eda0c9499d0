// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of subcommands.
 */
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/settle.h"
#include "commands/commands.h"
#include "systally.h"

#define OPTIONS(...)                              \
	.options = (const enum systally_option[]) \
	{                                         \
		__VA_ARGS__, SYSTALLY_OPTIONS_END \
	}

const struct systally_command systally_commands[] = {
	{
		.name = "run",
		.arguments = "[--] COMMAND [ARGUMENT...]",
		.summary = "count one command, from its exec to its end",
		.doc = "Counts the system calls of COMMAND and its children, from its exec to its end, and reports them on standard error.",
		OPTIONS(SYSTALLY_OPTION_ROWS, SYSTALLY_OPTION_BY,
			SYSTALLY_OPTION_SORT, SYSTALLY_OPTION_SYSCALLS,
			SYSTALLY_OPTION_FUNCTIONS, SYSTALLY_OPTION_IN_PROCESS,
			SYSTALLY_OPTION_FAILED, SYSTALLY_OPTION_LATENCY,
			SYSTALLY_OPTION_PERCENTILES, SYSTALLY_OPTION_HISTOGRAM,
			SYSTALLY_OPTION_DURATION, SYSTALLY_OPTION_RUN_AS,
			SYSTALLY_OPTION_FORMAT, SYSTALLY_OPTION_OUTPUT),
		.view = SYSTALLY_VIEW_REPORT,
		.words = true,
		.settle = systally_settle_run,
		.run = systally_cmd_run,
	},
	{
		.name = "top",
		.summary = "show the calls of each interval, live",
		.doc = "Shows the system calls of each interval until it is interrupted. With -p it shows these processes and what they start; with --unit, --user and such, those that fit. Without these it shows the default session if that has targets, or else all processes. Others may count at the same time.",
		OPTIONS(SYSTALLY_OPTION_PID, SYSTALLY_OPTION_CGROUP,
			SYSTALLY_OPTION_UNIT, SYSTALLY_OPTION_CONTAINER,
			SYSTALLY_OPTION_USER, SYSTALLY_OPTION_NAME,
			SYSTALLY_OPTION_SESSION_WATCHED, SYSTALLY_OPTION_ROWS,
			SYSTALLY_OPTION_BY, SYSTALLY_OPTION_SORT,
			SYSTALLY_OPTION_SYSCALLS, SYSTALLY_OPTION_FUNCTIONS,
			SYSTALLY_OPTION_FAILED, SYSTALLY_OPTION_LATENCY,
			SYSTALLY_OPTION_PERCENTILES, SYSTALLY_OPTION_HISTOGRAM,
			SYSTALLY_OPTION_INTERVAL, SYSTALLY_OPTION_DURATION,
			SYSTALLY_OPTION_FORMAT, SYSTALLY_OPTION_OUTPUT),
		.view = SYSTALLY_VIEW_REPORT,
		.series = true,
		.rows = 10,
		.run = systally_cmd_top,
	},
	{
		.name = "report",
		.arguments = "[FILE]",
		.summary = "show what was counted, or what FILE has recorded",
		.doc = "Reports what the default session has counted since the last reset, or what `record` has written to FILE.",
		OPTIONS(SYSTALLY_OPTION_PID, SYSTALLY_OPTION_CGROUP,
			SYSTALLY_OPTION_UNIT, SYSTALLY_OPTION_CONTAINER,
			SYSTALLY_OPTION_USER, SYSTALLY_OPTION_NAME,
			SYSTALLY_OPTION_SESSION, SYSTALLY_OPTION_ROWS,
			SYSTALLY_OPTION_BY, SYSTALLY_OPTION_SORT,
			SYSTALLY_OPTION_SYSCALLS, SYSTALLY_OPTION_FUNCTIONS_OF,
			SYSTALLY_OPTION_FAILED, SYSTALLY_OPTION_LATENCY,
			SYSTALLY_OPTION_PERCENTILES, SYSTALLY_OPTION_HISTOGRAM,
			SYSTALLY_OPTION_DURATION, SYSTALLY_OPTION_FORMAT,
			SYSTALLY_OPTION_OUTPUT),
		.view = SYSTALLY_VIEW_REPORT,
		.rows = 10,
		.files = 1,
		.run = systally_cmd_report,
	},
	{
		.name = "record",
		.arguments =
			"-o FILE [--] COMMAND [ARGUMENT...]\n-o FILE -p PID,... [-d TIME]\n-o FILE -d TIME",
		.summary = "count into a file, for report and compare",
		.doc = "Counts COMMAND as run does, or processes that already run as top does, and writes all of it to FILE, for report and compare.",
		OPTIONS(SYSTALLY_OPTION_PID, SYSTALLY_OPTION_CGROUP,
			SYSTALLY_OPTION_UNIT, SYSTALLY_OPTION_CONTAINER,
			SYSTALLY_OPTION_USER, SYSTALLY_OPTION_NAME,
			SYSTALLY_OPTION_SESSION_WATCHED,
			SYSTALLY_OPTION_BY_THREAD, SYSTALLY_OPTION_SYSCALLS,
			SYSTALLY_OPTION_FUNCTIONS, SYSTALLY_OPTION_IN_PROCESS,
			SYSTALLY_OPTION_LATENCY_KEPT,
			SYSTALLY_OPTION_PERCENTILES_KEPT,
			SYSTALLY_OPTION_DURATION, SYSTALLY_OPTION_RUN_AS,
			SYSTALLY_OPTION_OUTPUT),
		.words = true,
		.collect = SYSTALLY_COLLECT_TIME,
		.settle = systally_settle_record,
		.run = systally_cmd_record,
	},
	{
		.name = "compare",
		.arguments = "A B",
		.summary = "tell what differs between two recordings",
		.doc = "Tells which system calls were added, are gone or have changed from recording A to B. Exit status: 0 no regression, 1 a regression, 2 trouble.",
		OPTIONS(SYSTALLY_OPTION_CHANGES, SYSTALLY_OPTION_BY,
			SYSTALLY_OPTION_SORT_CHANGES, SYSTALLY_OPTION_SYSCALLS,
			SYSTALLY_OPTION_IGNORE, SYSTALLY_OPTION_LATENCY_CHANGES,
			SYSTALLY_OPTION_THRESHOLD,
			SYSTALLY_OPTION_TIME_THRESHOLD, SYSTALLY_OPTION_FORMAT,
			SYSTALLY_OPTION_OUTPUT),
		.view = SYSTALLY_VIEW_CHANGE,
		.files = 2,
		.settle = systally_settle_compare,
		.run = systally_cmd_compare,
	},
	{
		.name = "needs",
		.arguments = "-t TEST [--] COMMAND [ARGUMENT...]",
		.summary = "tell which system calls a command needs",
		.doc = "Tells which system calls COMMAND needs: runs it with each call stubbed (it returns ENOSYS) and faked (it returns 0 and does nothing), and asks TEST whether it still works. False results can make a program delete files: use a throwaway machine. Exit status: 0 done, 1 trouble midway, 2 COMMAND or TEST cannot be used for this, 130 interrupted.",
		OPTIONS(SYSTALLY_OPTION_TEST, SYSTALLY_OPTION_BENCH,
			SYSTALLY_OPTION_LESS_IS_BETTER, SYSTALLY_OPTION_SERVER,
			SYSTALLY_OPTION_READY, SYSTALLY_OPTION_STOP,
			SYSTALLY_OPTION_TRIED, SYSTALLY_OPTION_SUB,
			SYSTALLY_OPTION_REPLICAS, SYSTALLY_OPTION_MARGIN,
			SYSTALLY_OPTION_TIMEOUT, SYSTALLY_OPTION_DISCOVER,
			SYSTALLY_OPTION_STATE, SYSTALLY_OPTION_SECCOMP,
			SYSTALLY_OPTION_FORMAT, SYSTALLY_OPTION_OUTPUT,
			SYSTALLY_OPTION_VERBOSE),
		.view = SYSTALLY_VIEW_NEEDS,
		.words = true,
		.format = &systally_format_markdown,
		.settle = systally_settle_needs,
		.run = systally_cmd_needs,
	},
	{
		.name = "status",
		.summary = "show what the module is doing; --verify checks it",
		.doc = "Shows what the module is doing, the totals of the default session, and which other sessions there are.",
		OPTIONS(SYSTALLY_OPTION_SESSION, SYSTALLY_OPTION_VERIFY,
			SYSTALLY_OPTION_FORMAT, SYSTALLY_OPTION_OUTPUT),
		.view = SYSTALLY_VIEW_LIST,
		.run = systally_cmd_status,
	},
	{
		.name = "doctor",
		.summary = "check what can keep systally from working here",
		.doc = "Checks what can keep systally from working here, and gives the remedy for each.",
		OPTIONS(SYSTALLY_OPTION_FORMAT, SYSTALLY_OPTION_OUTPUT),
		.view = SYSTALLY_VIEW_LIST,
		.run = systally_cmd_doctor,
	},
	{
		.name = "reset",
		.summary = "set the counters to zero",
		.doc = "Sets the counters of the default session to zero; targets and other controls stay.",
		OPTIONS(SYSTALLY_OPTION_SESSION),
		.run = systally_cmd_reset,
	},
	{
		.name = "load",
		.arguments = "[NAME=VALUE...]",
		.summary = "load the kernel module",
		.doc = "Loads the module: the file beside this command, or the installed one if there is none.",
		.words = true,
		.run = systally_cmd_load,
	},
	{
		.name = "unload",
		.summary = "unload the kernel module",
		.doc = "Unloads the module.",
		.run = systally_cmd_unload,
	},
	{
		.name = "help",
		.arguments = "[COMMAND]",
		.summary = "show the help of a command",
		.doc = "Shows the help of COMMAND, or of systally.",
		OPTIONS(SYSTALLY_OPTION_WORDS),
		.words = true,
		.run = systally_cmd_help,
	},
	{ .name = NULL },
};

const struct systally_command *systally_command_find(const char *name)
{
	const struct systally_command *command;

	for (command = systally_commands; command->name; command++) {
		if (!strcmp(command->name, name))
			return command;
	}
	return NULL;
}

int systally_command_refuse(const char *name, struct systally_error *error)
{
	const struct systally_command *command;
	char near[SYSTALLY_NEAREST_LEN], list[200] = "";
	struct systally_nearest nearest;
	size_t used = 0;

	systally_nearest_begin(&nearest, name, strlen(name));
	for (command = systally_commands; command->name; command++) {
		systally_nearest_offer(&nearest, command->name);
		if (used < sizeof(list))
			used += (size_t)snprintf(
				list + used, sizeof(list) - used, "%s%s",
				used ? ", " : "there are ", command->name);
	}
	systally_nearest_write(&nearest, "", near);
	return systally_error_set(error, "there is no command '%.60s'; %s",
				  name, *near ? near : list);
}
