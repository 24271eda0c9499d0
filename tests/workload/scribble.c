// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes random bytes to the control files, or reads the result files in
 * unusual ways, for SECONDS; all random choices follow from SEED:
 *	scribble write | read SEED SECONDS
 * Prints `did ROUNDS TAKEN REFUSED`, or `wrong: ...` and fails. Wrong are: an
 * errno that the folder's README does not have, a refused write that changes a
 * control, a control that refuses what it reads, two reads of one open that
 * differ, a bad pointer that is not refused.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <sys/ioctl.h>

#include "workload.h"

#define BYTES_MAX 5000 /* more than a control takes */
#define IMAGE_MAX (8 << 20)

static const struct control {
	const char *name;
	const char *words[8]; /* some that it takes */
} controls[] = {
	{ "enabled", { "0", "1" } },
	{ "collect", { "count", "time", "hist" } },
	{ "hook", { "auto", "tracepoint", "kprobe", "direct" } },
	{ "targets", { "none", "all", "1", "+1", "-1", "1 1", "+1,-1" } },
	{ "follow", { "0", "1" } },
	{ "syscalls",
	  { "getppid", "poll,read", "i386:poll", "x32:7", "x86-64:getsid close",
	    "0 1 2", "39" } },
	{ "threads", { "0", "1" } },
	{ "reset", { "1" } },
};

#define CONTROL_COUNT (sizeof(controls) / sizeof(controls[0]))
#define RESET	      (CONTROL_COUNT - 1)

/* Those that the folder's README lists, but for EPERM */
static const int refusals[] = { EINVAL,	    ESRCH, ENOENT, E2BIG,
				EOPNOTSUPP, EBUSY, ENOMEM };

static unsigned short chance[3];
static unsigned char bytes[BYTES_MAX];
static long rounds, taken, refused;

/* One page, and none after it */
static char *edge;
static long page;

static void __attribute__((noreturn, format(printf, 1, 2)))
wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("wrong: ");
	vprintf(format, args);
	printf(", round %ld\n", rounds);
	va_end(args);
	exit(1);
}

static size_t below(size_t limit)
{
	return nrand48(chance) % limit;
}

static int open_file(const char *name, int flags)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), CONTROLS "%s", name);
	fd = open(path, flags);
	if (fd < 0)
		die("open %s", name);
	return fd;
}

/* ---- write -------------------------------------------------------------- */

/* Makes almost valid input for @control. Returns its size. */
static size_t distort(const struct control *control)
{
	size_t size = 0, words = 0, times, at;

	while (words < 8 && control->words[words])
		words++;
	for (times = 1 + below(3); times; times--) {
		size += snprintf((char *)bytes + size, 32, "%s",
				 control->words[below(words)]);
		if (times > 1)
			bytes[size++] = " ,\n\t"[below(4)];
	}
	for (times = below(4); times && size; times--) {
		at = below(size);
		switch (below(4)) {
		case 0:
			bytes[at] ^= 1 << below(8);
			break;
		case 1:
			bytes[at] = (unsigned char)below(256);
			break;
		case 2:
			size = at;
			break;
		default:
			memmove(bytes + at + 1, bytes + at, size - at);
			size++;
			bytes[at] = "\0\n,+-: 9x"[below(9)];
		}
	}
	return size;
}

static size_t noise(size_t limit)
{
	size_t size = below(limit), i;

	for (i = 0; i < size; i++)
		bytes[i] = (unsigned char)below(256);
	return size;
}

/* Returns what @name reads, up to its size in @image. */
static size_t read_small(const char *name, char *image, size_t room)
{
	int fd = open_file(name, O_RDONLY);
	ssize_t got;
	size_t size = 0;

	while (size < room && (got = read(fd, image + size, room - size)) > 0)
		size += got;
	close(fd);
	return size;
}

/* What all the controls read */
static void settings(char *image, size_t room)
{
	size_t i, size = 0;

	for (i = 0; i < RESET; i++)
		size += read_small(controls[i].name, image + size,
				   room - size - 1);
	image[size] = '\0';
}

static void check_refusal(const struct control *control, const char *before)
{
	static char after[65536];
	int error = errno;
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i] == error)
			break;
	if (i == sizeof(refusals) / sizeof(refusals[0]))
		wrong("%s refused by %s", control->name,
		      strerrorname_np(error));
	settings(after, sizeof(after));
	if (strcmp(before, after))
		wrong("%s refused by %s, but now all read:\n%s\nnot:\n%s",
		      control->name, strerrorname_np(error), after, before);
}

/* A control accepts what it reads, and then reads the same. */
static void check_taken(const struct control *control)
{
	char once[8192], again[8192], *reason;
	size_t size = read_small(control->name, once, sizeof(once));
	size_t value = size;
	int fd;

	if (!strcmp(control->name, "hook")) {
		/* auto: kprobe: why */
		reason = memchr(once, ':', size);
		if (reason)
			value = reason - once;
	}
	fd = open_file(control->name, O_WRONLY);
	if (write(fd, once, value) != (ssize_t)value)
		wrong("%s refuses what it reads, by %s: %.*s", control->name,
		      strerrorname_np(errno), (int)size, once);
	close(fd);
	if (read_small(control->name, again, sizeof(again)) != size ||
	    memcmp(once, again, size))
		wrong("%s reads otherwise after what it had read: %.*s",
		      control->name, (int)size, once);
}

/* Any bytes, by write or pwrite, up to the edge of memory */
static void write_round(void)
{
	static char before[65536];
	const struct control *control = &controls[below(CONTROL_COUNT)];
	size_t size;
	ssize_t got;
	char *from;
	int fd;

	switch (below(8)) {
	case 0:
		size = noise(BYTES_MAX);
		break;
	case 1:
	case 2:
		size = noise(64);
		break;
	default:
		size = distort(control);
	}
	if (size > (size_t)page)
		size = page;
	from = edge + page - size;
	memcpy(from, bytes, size);
	settings(before, sizeof(before));
	fd = open_file(control->name, O_WRONLY);
	if (!below(16)) {
		/* More than there is */
		got = write(fd, from, size + 1 + below(64));
		if (got >= 0 || (errno != EFAULT && errno != E2BIG))
			wrong("%s takes a bad pointer", control->name);
		errno = E2BIG;
	} else if (!below(8) && control != &controls[RESET]) {
		/* A control has no offsets, so pwrite at one must fail. */
		got = pwrite(fd, from, size, (off_t)below(INT_MAX));
		if (got >= 0 || errno != ESPIPE)
			wrong("%s is written to somewhere", control->name);
		errno = EINVAL;
	} else {
		got = write(fd, from, size);
	}
	if (got < 0) {
		refused++;
		check_refusal(control, before);
	} else if ((size_t)got != size) {
		wrong("%s takes %zd of %zu", control->name, got, size);
	} else if (size) {
		taken++;
		if (control != &controls[RESET])
			check_taken(control);
	}
	close(fd);
}

/* ---- read --------------------------------------------------------------- */

static const char *const files[] = {
	"README",  "counters", "errors",  "snapshot", "enabled",
	"collect", "hook",     "targets", "follow",   "syscalls",
	"threads", "inflight", "status",
};

#define OF_ONE_MOMENT 11 /* of these */

static char image[IMAGE_MAX], part[IMAGE_MAX];

/* Reads a file in pieces of random sizes. Returns its size. */
static size_t read_pieces(int fd, const char *name)
{
	size_t size = 0, wanted;
	ssize_t got;

	for (;;) {
		wanted = 1 + below(below(4) ? 200 : 70000);
		if (size + wanted > sizeof(image))
			wrong("%s has no end", name);
		if (!below(16) && read(fd, image + size, 0))
			wrong("%s: nothing was asked for", name);
		got = read(fd, image + size, wanted);
		if (got < 0)
			wrong("%s: %s", name, strerrorname_np(errno));
		if ((size_t)got > wanted)
			wrong("%s: %zd of %zu", name, got, wanted);
		if (!got)
			return size;
		size += got;
	}
}

/* Reads again at a random offset. */
static void read_again(int fd, const char *name, size_t size)
{
	size_t from = below(size + 64), wanted = 1 + below(20000), left;
	ssize_t got = pread(fd, part, wanted, (off_t)from);

	left = from < size ? size - from : 0;
	if (got < 0 || (size_t)got > wanted || (size_t)got > left ||
	    (!got && left))
		wrong("%s: %zd bytes at %zu, of %zu", name, got, from, size);
	if (memcmp(part, image + from, got))
		wrong("%s: other bytes at %zu than before", name, from);
}

static void read_badly(int fd, const char *name)
{
	size_t room = below(64);
	ssize_t got;

	if (pread(fd, part, 1, -1 - (off_t)below(INT_MAX)) >= 0)
		wrong("%s has something before its beginning", name);
	if (pread(fd, part, 1, LLONG_MAX) > 0)
		wrong("%s has something after its end", name);
	got = pread(fd, edge + page - room, room + 1 + below(4096), 0);
	if (got > (ssize_t)room)
		wrong("%s: %zd bytes into %zu", name, got, room);
	if (pread(fd, edge + page, 4096, 0) > 0)
		wrong("%s: read into nowhere", name);
	if (mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED)
		wrong("%s: was mapped", name);
	if (!ioctl(fd, below(INT_MAX), part))
		wrong("%s: takes an ioctl", name);
	if (write(fd, "1", 1) >= 0)
		wrong("%s: was written to", name);
	lseek(fd, (off_t)nrand48(chance) << below(32), (int)below(6));
}

static void read_round(void)
{
	size_t file = below(sizeof(files) / sizeof(files[0])), size, times;
	const char *name = files[file];
	/* O_RDWR only for files that are not controls: root may write all. */
	int flags = file < 4 && !below(4) ? O_RDWR : O_RDONLY;
	int fd = open_file(name, flags | (below(8) ? 0 : O_NONBLOCK));

	if (!below(4)) {
		read_badly(fd, name);
		lseek(fd, 0, SEEK_SET);
	}
	size = read_pieces(fd, name);
	if (!size && file != OF_ONE_MOMENT)
		wrong("%s is empty", name);
	for (times = below(10); file < OF_ONE_MOMENT && times; times--)
		read_again(fd, name, size);
	if (below(2))
		read_badly(fd, name);
	taken++;
	close(fd);
}

int main(int argc, char **argv)
{
	int writes = argc == 4 && !strcmp(argv[1], "write");
	time_t end;
	long seed;

	if (argc != 4 || (!writes && strcmp(argv[1], "read")))
		return 2;
	seed = atol(argv[2]);
	chance[0] = 0x330e;
	chance[1] = (unsigned short)seed;
	chance[2] = (unsigned short)(seed >> 16);
	page = sysconf(_SC_PAGESIZE);
	edge = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (edge == MAP_FAILED || munmap(edge + page, page))
		die("mmap");
	end = time(NULL) + atol(argv[3]);
	for (; time(NULL) < end; rounds++) {
		if (writes)
			write_round();
		else
			read_round();
	}
	printf("did %ld %ld %ld\n", rounds, taken, refused);
	return 0;
}
