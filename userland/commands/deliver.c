// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes what was counted to where -o says.
 */
#include <errno.h>

#include "base/writer.h"
#include "commands/deliver.h"

int systally_deliver(struct systally_delivery *delivery,
		     struct systally_launched *launched, FILE *stream,
		     struct systally_error *error)
{
	const char *path = delivery->output.path;
	FILE *out = systally_output_begin(&delivery->output, stream);
	struct systally_writer writer;
	int result, failed;

	if (systally_writer_open(&writer, out, delivery->signals, error))
		return -1;
	launched->out = writer.stream;
	result = delivery->write(delivery->context, launched, error);
	failed = systally_writer_flush(&writer, path, error);
	if (failed && failed != -EPIPE && failed != -EINTR)
		result = -1;
	systally_writer_close(&writer);
	delivery->stalls = writer.stalls;
	delivery->info = writer.info;
	if (result || writer.stalls)
		systally_output_cancel(&delivery->output);
	else
		result = systally_output_end(&delivery->output, out, error);
	return result;
}
