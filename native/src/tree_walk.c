#define _GNU_SOURCE
#include "tree_walk.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls.h"

void walk_begin(struct tree_walk *w, struct walk_level *levels, int count)
{
	w->depth = 0;
	w->levels = levels;
	w->level_count = count;
}

void walk_allow_levels(void)
{
	/* beside what is open already */
	const rlim_t wanted = TREE_DEPTH_MAX + 1024;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int walk_open(int directory, const char *path, uint64_t flags)
{
	const struct open_how how = {
		.flags = flags | O_CLOEXEC | O_NOFOLLOW,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};

	return sys_openat2(directory, path, &how);
}

int walk_enter(struct tree_walk *w, int directory, const char *name, uint32_t tag)
{
	struct walk_level *level = &w->levels[w->depth];
	int below;

	if (w->depth == w->level_count)
		return -E2BIG;
	below = walk_open(directory, name, O_RDONLY | O_DIRECTORY);
	if (below < 0)
		return below;
	level->directory = below;
	level->tag = tag;
	level->path_length = w->path_length;
	level->listed = 0;
	level->at = 0;
	w->depth++;
	return 0;
}

/* The next name in a directory; NULL at its end, or where it cannot be read, which *error tells. */
static const struct directory_entry *next_entry(struct walk_level *level, int *error)
{
	const struct directory_entry *entry;

	if (level->at >= level->listed) {
		level->listed = syscall(SYS_getdents64, level->directory, level->list, sizeof level->list);
		level->at = 0;
	}
	if (level->listed < 0)
		*error = -errno;
	if (level->listed <= 0)
		return NULL;
	entry = (const struct directory_entry *)(level->list + level->at);
	level->at += entry->length;
	return entry;
}

static void leave_one(struct tree_walk *w)
{
	w->depth--;
	(void)close(w->levels[w->depth].directory);
}

void walk_leave(struct tree_walk *w, int depth)
{
	while (w->depth > depth)
		leave_one(w);
}

static int append_name(struct tree_walk *w, const char *name)
{
	const size_t length = strlen(name);

	/* the directory is told of, once for each name that does not fit */
	if (w->path_length + length + 2 > sizeof w->path)
		return -ENAMETOOLONG;
	if (w->path_length > 0)
		w->path[w->path_length++] = '/';
	memcpy(w->path + w->path_length, name, length + 1);
	w->path_length += length;
	return 0;
}

int walk_next(struct tree_walk *w, int depth, struct walk_entry *out)
{
	int error = 0;

	while (w->depth > depth) {
		struct walk_level *level = &w->levels[w->depth - 1];
		const struct directory_entry *entry = next_entry(level, &error);

		w->path_length = level->path_length;
		w->path[w->path_length] = '\0';
		if (entry == NULL)
			leave_one(w);
		if (error < 0)
			return error;
		if (entry == NULL || strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0)
			continue;
		*out = (struct walk_entry){
			.directory = level->directory, .name = entry->name, .type = entry->type, .tag = level->tag
		};
		error = append_name(w, entry->name);
		return error < 0 ? error : 1;
	}
	return 0;
}
