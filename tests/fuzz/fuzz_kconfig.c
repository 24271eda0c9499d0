// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes userland/doctor/kconfig.c: a kernel's configuration. The first line is
 * the option that is looked for.
 */
#include "fuzz.h"
#include "doctor/kconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct systally_kconfig config = { NULL, "" };
	char *text, *end;

	text = text_of(data, size);
	end = strchr(text, '\n');
	must(!systally_kconfig_has(&config, text));
	if (end) {
		*end = '\0';
		config.text = end + 1;
		if (systally_kconfig_has(&config, text))
			must(!!strstr(config.text, text));
	}
	free(text);
	return 0;
}
