#define _GNU_SOURCE
#include "collection.h"

#include <errno.h>
#include <fcntl.h>

#include "scope.h"

int collection_count(struct collection *c)
{
	if (c->entries_left == 0)
		return -ENOSPC;
	c->entries_left--;
	return 0;
}

int collection_leave(struct collection *c, enum left_reason reason)
{
	const int error = collection_count(c);

	return error < 0 ? error : collected_left(&c->out, c->walk.path, reason);
}

int collection_enter(struct collection *c, int directory, const char *name, uint32_t tag)
{
	return collection_entered(c, walk_enter(&c->walk, directory, name, tag));
}

int collection_entered(struct collection *c, int error)
{
	if (error == -E2BIG)
		return collection_leave(c, LEFT_TOO_DEEP);
	return error < 0 ? collection_leave(c, left_for_error(error)) : 0;
}

int collection_skip(struct collection *c, int error)
{
	return collection_leave(c, error == -ENAMETOOLONG ? LEFT_TOO_DEEP : LEFT_UNREADABLE);
}

/* Where others still run, what stands there now may be another thing than it was. */
static int take_file(struct collection *c, int directory, const char *name)
{
	const bool whole = (c->head.flags & COLLECT_WHOLE) != 0;
	AUTO_CLOSE int file = walk_open(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	uint64_t bytes;
	uint64_t cost;

	if (file < 0)
		return collected_left(&c->out, c->walk.path, left_for_error(file));
	if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
		return collected_left(&c->out, c->walk.path, LEFT_UNREADABLE);
	bytes = (uint64_t)status.st_size;
	cost = whole ? bytes : collected_data_bytes(file, bytes);
	if (cost > c->data_left)
		return collected_left(&c->out, c->walk.path, LEFT_TOO_LARGE);
	c->data_left -= cost;
	return collected_file(&c->out, c->walk.path, status.st_mode, file, bytes);
}

int collection_take(struct collection *c, int directory, const char *name, const struct stat *status)
{
	if (S_ISREG(status->st_mode) && (c->head.flags & COLLECT_NAMES) != 0)
		return collected_name(&c->out, c->walk.path, status->st_mode, (uint64_t)status->st_size);
	if (S_ISREG(status->st_mode))
		return take_file(c, directory, name);
	if (S_ISDIR(status->st_mode))
		return collected_directory(&c->out, c->walk.path, status->st_mode);
	return collected_left(&c->out, c->walk.path, left_for_type(status->st_mode));
}

int collection_look(int directory, const char *name, struct stat *status)
{
	AUTO_CLOSE int there = walk_open(directory, name, O_PATH);

	if (there < 0)
		return there;
	return fstat(there, status) != 0 ? -errno : steal_fd(&there);
}
