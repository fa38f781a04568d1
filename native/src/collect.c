#define _GNU_SOURCE
#include "collect.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "changes.h"
#include "collect_section.h"
#include "collection.h"
#include "glob.h"
#include "packed.h"
#include "scope.h"
#include "transfer.h"

/* What a directory is entered for: to see whether a pattern selects something there, or because all of it is selected. */
enum { LOOKED_THROUGH = 0, SELECTED = 1 };

/* What stands at `name`, which is selected. */
static int take(struct collection *c, int directory, const char *name)
{
	struct stat status;
	AUTO_CLOSE int there = collection_look(directory, name, &status);
	int error = collection_count(c);

	if (error < 0)
		return error;
	if (there < 0)
		return collected_left(&c->out, c->walk.path, left_for_error(there));
	error = collection_take(c, directory, name, &status);
	return error == 0 && S_ISDIR(status.st_mode) ? collection_enter(c, directory, name, SELECTED) : error;
}

static const char *next_pattern(const char *pattern)
{
	return pattern + strlen(pattern) + 1;
}

/* Whether a pattern selects c->walk.path; sets whether it was taken already, by its name. */
static bool selects(const struct collection *c, bool *taken)
{
	const char *pattern = c->patterns;
	bool found = false;

	*taken = false;
	for (uint32_t i = 0; i < c->head.pattern_count; i++, pattern = next_pattern(pattern)) {
		if (pattern[0] == COLLECT_PATH)
			*taken = *taken || strcmp(pattern + 1, c->walk.path) == 0;
		else
			found = found || glob_matches(pattern + 1, c->walk.path);
	}
	return found;
}

static int visit(struct collection *c, const struct walk_entry *entry)
{
	bool taken = false;
	const bool found = selects(c, &taken) || entry->tag == SELECTED;

	if (!taken && found)
		return take(c, entry->directory, entry->name);
	return !taken && entry->type == DT_DIR ? collection_enter(c, entry->directory, entry->name, LOOKED_THROUGH) : 0;
}

/* Everything in the directories that were entered, until so many are left. */
static int walk(struct collection *c, int depth)
{
	struct walk_entry entry;
	int error = 0;
	int next;

	while (error == 0 && (next = walk_next(&c->walk, depth, &entry)) != 0)
		error = next < 0 ? collection_skip(c, next) : visit(c, &entry);
	walk_leave(&c->walk, depth);
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
		if (length > sizeof c->walk.path)
			return -EBADMSG;
		c->walk.path_length = length - 1;
		memcpy(c->walk.path, pattern + 1, length);
		/* as if it stood in a directory that was entered */
		c->walk.depth = 1;
		error = take(c, home, c->walk.path);
		if (error == 0)
			error = walk(c, 1);
	}
	c->walk.depth = 0;
	return error;
}

/* Those that a pattern selects, from the home on. */
static int take_matching(struct collection *c, int home)
{
	bool globs = false;
	int error = take_named(c, home, &globs);

	c->walk.path_length = 0;
	c->walk.path[0] = '\0';
	if (error == 0 && globs)
		error = collection_enter(c, home, ".", LOOKED_THROUGH);
	return error == 0 ? walk(c, 0) : error;
}

static int put_collected(void *to, const void *bytes, size_t count)
{
	return collected_put(to, bytes, count);
}

static int collect_packed(struct collection *c, int home)
{
	const struct packed_out out = { .put = put_collected, .to = &c->out };
	AUTO_CLOSE int root = walk_open(home, ".", O_RDONLY | O_DIRECTORY);
	int error = root < 0 ? root : pack_tree(root, &out, c->walk.path);

	/* what cannot be packed is no reason to end as if somebody had broken in */
	if (error == -E2BIG || error == -EACCES || error == -EMFILE)
		error = packed_fail(&out, error, c->walk.path);
	return error;
}

static int collect_all(struct collection *c, int home, struct changes *before)
{
	const struct init_record done = { .kind = INIT_COLLECTED_ALL };
	int error;

	if ((c->head.flags & COLLECT_PACKED) != 0)
		error = collect_packed(c, home);
	else
		error = before == NULL ? take_matching(c, home) : changes_collect(c, home, before);

	if (error == -ENOSPC) {
		c->walk.path[0] = '\0';
		error = collected_left(&c->out, c->walk.path, LEFT_TOO_MANY);
	}
	if (error == 0)
		error = collected_flush(&c->out);
	return error == 0 ? send_exactly(c->out.socket, &done, sizeof done) : error;
}

static int collect_section(int socket, int home, const uint8_t *section, uint64_t bytes, struct changes *before)
{
	struct collection *c = mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool changes;
	int error = -EBADMSG;

	if (c == MAP_FAILED)
		return -errno;
	memcpy(&c->head, section, sizeof c->head);
	c->patterns = (const char *)section + sizeof c->head;
	c->data_left = c->head.data_bytes_max;
	c->entries_left = c->head.entry_count_max;
	c->out.socket = socket;
	walk_begin(&c->walk, c->levels, WALK_LEVELS);
	changes = (c->head.flags & COLLECT_CHANGES) != 0;
	if (collect_is_whole(&c->head, c->patterns, bytes - sizeof c->head) && (!changes || before != NULL))
		error = collect_all(c, home, changes ? before : NULL);
	(void)munmap(c, sizeof *c);
	return error;
}

int collect_files(int socket, int home, uint64_t bytes, struct changes *before)
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
		error = collect_section(socket, home, section, bytes, before);
	(void)munmap(section, bytes);
	return error;
}
