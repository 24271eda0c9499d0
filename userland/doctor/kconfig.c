// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds and reads the kernel's configuration.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "doctor/kconfig.h"

#define FIRST_ROOM (512 * 1024)

/* Returns NULL if the file cannot be read or its compressed data is damaged. */
static char *read_all(gzFile file)
{
	size_t room = FIRST_ROOM, used = 0;
	char *text = malloc(room);

	while (text) {
		int got = gzread(file, text + used,
				 (unsigned int)(room - used - 1));
		char *larger;

		if (got < 0) {
			free(text);
			return NULL;
		}
		used += (size_t)got;
		if (!got) {
			text[used] = '\0';
			return text;
		}
		if (room - used > 1)
			continue;
		larger = realloc(text, 2 * room);
		if (!larger)
			free(text);
		text = larger;
		room *= 2;
	}
	return NULL;
}

bool systally_kconfig_read_file(struct systally_kconfig *config,
				const char *path)
{
	/* zlib returns uncompressed files unchanged */
	gzFile file = gzopen(path, "re");

	config->text = NULL;
	snprintf(config->source, sizeof(config->source), "%s", path);
	if (!file)
		return false;
	config->text = read_all(file);
	/* gzread() does not report a compressed file that is cut short */
	if (gzclose_r(file) != Z_OK || (config->text && !*config->text))
		systally_kconfig_free(config);
	return config->text;
}

bool systally_kconfig_read(struct systally_kconfig *config, const char *release)
{
	static const char *const places[] = {
		"/boot/config-%s",
		"/lib/modules/%s/config",
		"/lib/modules/%s/build/.config",
	};
	char path[PATH_MAX];
	size_t i;

	if (systally_kconfig_read_file(config, "/proc/config.gz"))
		return true;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), places[i], release);
		if (systally_kconfig_read_file(config, path))
			return true;
	}
	return false;
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
