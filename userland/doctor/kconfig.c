// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds and reads the kernel's configuration. Called by doctor's checks.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "doctor/kconfig.h"

static char *read_stream(FILE *file)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t length = getdelim(&text, &room, '\0', file);

	if (length > 0)
		return text;
	free(text);
	return NULL;
}

bool systally_kconfig_read(struct systally_kconfig *config,
			   const char *release)
{
	static const char *const places[] = {
		"/boot/config-%s", "/lib/modules/%s/config",
		"/lib/modules/%s/build/.config",
	};
	FILE *pipe;
	size_t i;

	config->text = NULL;
	if (!access("/proc/config.gz", R_OK)) {
		pipe = popen("gzip -dc /proc/config.gz 2>/dev/null", "re");
		if (pipe) {
			config->text = read_stream(pipe);
			pclose(pipe);
		}
		strcpy(config->source, "/proc/config.gz");
	}
	for (i = 0; !config->text && i < sizeof(places) / sizeof(places[0]);
	     i++) {
		snprintf(config->source, sizeof(config->source), places[i],
			 release);
		config->text = systally_file_read(config->source, NULL);
	}
	return config->text;
}

void systally_kconfig_free(struct systally_kconfig *config)
{
	free(config->text);
	config->text = NULL;
}

bool systally_kconfig_has(const struct systally_kconfig *config,
			  const char *option)
{
	size_t length = strlen(option);
	const char *line;

	for (line = config->text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, "CONFIG_", 7) &&
		    !strncmp(line + 7, option, length) &&
		    line[7 + length] == '=')
			return line[8 + length] == 'y' ||
			       line[8 + length] == 'm';
	}
	return false;
}
