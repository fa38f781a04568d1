#define _GNU_SOURCE
#include "collect.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collect_section.h"
#include "collected.h"
#include "glob.h"
#include "scope.h"
#include "syscalls.h"
#include "transfer.h"

/* What getdents64(2) writes: libc's readdir would allocate. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

enum {
	LIST_BYTES = 4096,
	LEVELS = COLLECT_DEPTH_MAX + 1,
};

/* A directory that is gone through. */
struct level {
	int directory;
	bool selected;                  /* with all below it */
	size_t path_length;
	long listed;                    /* bytes in `list`, ... */
	long at;                        /* ... of which these were seen */
	_Alignas(struct entry) char list[LIST_BYTES];
};

struct collection {
	struct collect_request head;
	const char *patterns;           /* head.pattern_count strings, each behind its kind */
	uint64_t data_left;
	uint32_t entries_left;
	size_t path_length;
	char path[PATH_MAX];            /* of what is looked at */
	struct collected_out out;
	int depth;
	struct level levels[LEVELS];    /* `depth` of them are open */
};

static int open_below(int directory, const char *path, uint64_t flags)
{
	const struct open_how how = {
		.flags = flags | O_CLOEXEC | O_NOFOLLOW,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};

	return sys_openat2(directory, path, &how);
}

static int take_file(struct collection *c, int directory, const char *name, const struct stat *status)
{
	const uint64_t bytes = (uint64_t)status->st_size;
	const bool whole = (c->head.flags & COLLECT_WHOLE) != 0;
	AUTO_CLOSE int file = open_below(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	uint64_t cost;

	if (file < 0)
		return collected_left(&c->out, c->path, left_for_error(file));
	cost = whole ? bytes : collected_data_bytes(file, bytes);
	if (cost > c->data_left)
		return collected_left(&c->out, c->path, LEFT_TOO_LARGE);
	c->data_left -= cost;
	return collected_file(&c->out, c->path, status->st_mode, file, bytes);
}

/* There is a bound on what is told, left or taken. */
static int count_entry(struct collection *c)
{
	if (c->entries_left == 0)
		return -ENOSPC;
	c->entries_left--;
	return 0;
}

static int leave(struct collection *c, enum left_reason reason)
{
	const int error = count_entry(c);

	return error < 0 ? error : collected_left(&c->out, c->path, reason);
}

/* What is below `name` comes next. */
static int enter(struct collection *c, int directory, const char *name, bool selected)
{
	struct level *level = &c->levels[c->depth];
	int below;

	if (c->depth == LEVELS)
		return leave(c, LEFT_TOO_DEEP);
	below = open_below(directory, name, O_RDONLY | O_DIRECTORY);
	if (below < 0)
		return leave(c, left_for_error(below));
	level->directory = below;
	level->selected = selected;
	level->path_length = c->path_length;
	level->listed = 0;
	level->at = 0;
	c->depth++;
	return 0;
}

/* What stands at `name`, which is selected; c->path names it. */
static int take(struct collection *c, int directory, const char *name)
{
	AUTO_CLOSE int there = open_below(directory, name, O_PATH);
	struct stat status;
	int error = count_entry(c);

	if (error < 0)
		return error;
	if (there < 0 || fstat(there, &status) != 0)
		return collected_left(&c->out, c->path, there < 0 ? left_for_error(there) : LEFT_UNREADABLE);
	if (S_ISREG(status.st_mode))
		return take_file(c, directory, name, &status);
	if (!S_ISDIR(status.st_mode))
		return collected_left(&c->out, c->path, left_for_type(status.st_mode));
	error = collected_directory(&c->out, c->path, status.st_mode);
	return error == 0 ? enter(c, directory, name, true) : error;
}

static const char *next_pattern(const char *pattern)
{
	return pattern + strlen(pattern) + 1;
}

/* Whether a pattern selects c->path; sets whether it was taken already, by its name. */
static bool selects(const struct collection *c, bool *taken)
{
	const char *pattern = c->patterns;
	bool found = false;

	*taken = false;
	for (uint32_t i = 0; i < c->head.pattern_count; i++, pattern = next_pattern(pattern)) {
		if (pattern[0] == COLLECT_PATH)
			*taken = *taken || strcmp(pattern + 1, c->path) == 0;
		else
			found = found || glob_matches(pattern + 1, c->path);
	}
	return found;
}

static int visit(struct collection *c, const struct level *level, const struct entry *entry)
{
	const size_t before = level->path_length;
	const size_t length = strlen(entry->name);
	bool taken = false;
	bool found;

	/* the directory is told of, once for each name that does not fit */
	if (before + length + 2 > sizeof c->path)
		return leave(c, LEFT_TOO_DEEP);
	if (before > 0)
		c->path[c->path_length++] = '/';
	memcpy(c->path + c->path_length, entry->name, length + 1);
	c->path_length += length;
	found = selects(c, &taken) || level->selected;
	if (!taken && found)
		return take(c, level->directory, entry->name);
	return !taken && entry->type == DT_DIR ? enter(c, level->directory, entry->name, false) : 0;
}

/* The next name in a directory; NULL at its end, or where it cannot be read, which *error tells. */
static const struct entry *next_entry(struct collection *c, struct level *level, int *error)
{
	const struct entry *entry;

	if (level->at >= level->listed) {
		level->listed = syscall(SYS_getdents64, level->directory, level->list, sizeof level->list);
		level->at = 0;
	}
	if (level->listed < 0)
		*error = leave(c, LEFT_UNREADABLE);
	if (level->listed <= 0)
		return NULL;
	entry = (const struct entry *)(level->list + level->at);
	level->at += entry->length;
	return entry;
}

/* Everything in the directories that were entered, until so many are left. */
static int walk(struct collection *c, int depth)
{
	int error = 0;

	while (c->depth > depth) {
		struct level *level = &c->levels[c->depth - 1];
		const struct entry *entry = NULL;

		c->path_length = level->path_length;
		c->path[c->path_length] = '\0';
		if (error == 0)
			entry = next_entry(c, level, &error);
		if (entry == NULL) {
			(void)close(level->directory);
			c->depth--;
		} else if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0) {
			error = visit(c, level, entry);
		}
	}
	return error;
}

/* Those that are named, wherever they are. */
static int take_named(struct collection *c, int home, bool *globs)
{
	const char *pattern = c->patterns;
	int error = 0;

	*globs = false;
	for (uint32_t i = 0; i < c->head.pattern_count && error == 0; i++, pattern = next_pattern(pattern)) {
		const size_t length = strlen(pattern);

		if (pattern[0] == COLLECT_GLOB) {
			*globs = true;
			continue;
		}
		if (length > sizeof c->path)
			return -EBADMSG;
		c->path_length = length - 1;
		memcpy(c->path, pattern + 1, length);
		/* as if it stood in a directory that was entered */
		c->depth = 1;
		error = take(c, home, c->path);
		if (error == 0)
			error = walk(c, 1);
	}
	c->depth = 0;
	return error;
}

static int collect_all(struct collection *c, int home)
{
	const struct init_record done = { .kind = INIT_COLLECTED_ALL };
	bool globs = false;
	int error = take_named(c, home, &globs);

	c->path_length = 0;
	c->path[0] = '\0';
	if (error == 0 && globs)
		error = enter(c, home, ".", false);
	if (error == 0)
		error = walk(c, 0);
	if (error == -ENOSPC)
		error = collected_left(&c->out, c->path, LEFT_TOO_MANY);
	if (error == 0)
		error = collected_flush(&c->out);
	return error == 0 ? send_exactly(c->out.socket, &done, sizeof done) : error;
}

static int collect_section(int socket, int home, const uint8_t *section, uint64_t bytes)
{
	struct collection *c = mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int error = -EBADMSG;

	if (c == MAP_FAILED)
		return -errno;
	memcpy(&c->head, section, sizeof c->head);
	c->patterns = (const char *)section + sizeof c->head;
	c->data_left = c->head.data_bytes_max;
	c->entries_left = c->head.entry_count_max;
	c->out.socket = socket;
	if (collect_is_whole(&c->head, c->patterns, bytes - sizeof c->head))
		error = collect_all(c, home);
	(void)munmap(c, sizeof *c);
	return error;
}

int collect_files(int socket, int home, uint64_t bytes)
{
	uint8_t *section;
	int error;

	if (bytes < sizeof(struct collect_request) || bytes > COLLECT_BYTES_MAX)
		return -EBADMSG;
	section = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (section == MAP_FAILED)
		return -errno;
	error = collect_receive(socket, section, bytes);
	if (error == 0)
		error = collect_section(socket, home, section, bytes);
	(void)munmap(section, bytes);
	return error;
}
