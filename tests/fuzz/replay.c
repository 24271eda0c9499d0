// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls a fuzzer's function with each file of its corpus, without libFuzzer, so
 * that no fault comes back. Prints TAP. Run by `make check-fuzz` as
 * `replay_NOUN CORPUS`; the files are in the folder CORPUS/NOUN.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>

#include "fuzz.h"

#define BYTES_MAX (1 << 20)

static void replay(const char *folder, const char *name)
{
	static uint8_t bytes[BYTES_MAX];
	char path[2 * PATH_MAX];
	uint8_t *data;
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	must(!!file);
	size = fread(bytes, 1, sizeof(bytes), file);
	must(feof(file)); /* or it is longer than that */
	fclose(file);
	/* in memory of just that size: the sanitizer finds reads beyond it */
	data = malloc(size ? size : 1);
	must(!!data);
	memcpy(data, bytes, size);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

int main(int argc, char **argv)
{
	struct dirent **files;
	int count, i, tests = 0;
	char folder[PATH_MAX];
	const char *noun;

	noun = strrchr(argv[0], '_');
	if (argc != 2 || !noun)
		return 2;
	snprintf(folder, sizeof(folder), "%s/%s", argv[1], noun + 1);
	count = scandir(folder, &files, NULL, alphasort);
	if (count < 0) {
		perror(folder);
		return 1;
	}
	for (i = 0; i < count; i++) {
		if (files[i]->d_name[0] != '.') {
			/* printed first: after a crash, it names the file */
			printf("# %s\n", files[i]->d_name);
			fflush(stdout);
			replay(folder, files[i]->d_name);
			printf("ok %d - %s\n", ++tests, files[i]->d_name);
		}
		free(files[i]);
	}
	free(files);
	if (!tests)
		printf("not ok 1 - the corpus has no files\n");
	printf("1..%d\n", tests ? tests : 1);
	return !tests;
}
