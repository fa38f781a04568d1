#define _GNU_SOURCE
#include "changes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "mounts.h"
#include "scope.h"

enum { MODE_BITS = 07777 };

/* Whether what shows at `path` is on the container's own disk, and not only in a layer. */
static bool is_written(const struct changes *ch, const char *path)
{
	AUTO_CLOSE int there = ch->written < 0 ? -ENOENT : walk_open(ch->written, path, O_PATH);

	return ch->written < 0 || there >= 0;
}

static int digest_at(const struct digest_key *key, int directory, const char *name, uint64_t bytes, uint64_t *out)
{
	AUTO_CLOSE int file = walk_open(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	return file < 0 ? file : digest_file(key, file, bytes, out);
}

/* What stands at a name, but for the content of a file. */
static int describe(const struct changes *ch, const struct walk_entry *entry, const char *path, struct stat *status,
                    struct remembered_node *node)
{
	AUTO_CLOSE int there = collection_look(entry->directory, entry->name, status);

	memset(node, 0, sizeof *node);
	if (there < 0)
		return there;
	node->kind = (uint8_t)entry_kind_of(status->st_mode);
	node->mode = status->st_mode & MODE_BITS;
	if (S_ISLNK(status->st_mode))
		return digest_link(&ch->tree.key, there, &node->digest);
	if (!S_ISREG(status->st_mode))
		return 0;
	node->bytes = (uint64_t)status->st_size;
	node->below = !is_written(ch, path);
	return 0;
}

/* A file of a layer without its content, which stays. */
static int describe_whole(const struct changes *ch, const struct walk_entry *entry, const char *path,
                          struct remembered_node *node)
{
	struct stat status;
	const int error = describe(ch, entry, path, &status, node);

	if (error < 0 || node->kind != ENTRY_FILE || node->below)
		return error;
	return digest_at(&ch->tree.key, entry->directory, entry->name, node->bytes, &node->digest);
}

struct remembering {
	struct tree_walk walk;
	struct walk_level levels[WALK_LEVELS];
};

static int remember_all(struct changes *ch, struct tree_walk *w, int home)
{
	struct walk_entry entry;
	int next = walk_enter(w, home, ".", REMEMBERED_ROOT);

	if (next < 0)
		return next;
	while ((next = walk_next(w, 0, &entry)) != 0) {
		struct remembered_node node;
		uint32_t added;

		if (next == -ENAMETOOLONG)
			continue;
		if (next < 0)
			break;
		/* a mount of the host's is nothing that is compared */
		if (describe_whole(ch, &entry, w->path, &node) < 0)
			node.kind = 0;
		added = remembered_add(&ch->tree, entry.tag, entry.name, &node);
		if (added == REMEMBERED_NONE)
			break;
		if (node.kind == ENTRY_DIRECTORY)
			(void)walk_enter(w, entry.directory, entry.name, added);
	}
	ch->whole = next == 0;
	walk_leave(w, 0);
	return 0;
}

int changes_remember(struct changes *out, int home, int disk, const struct descriptors *lower, uint32_t count_max)
{
	struct remembering *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int error;

	if (r == MAP_FAILED)
		return -errno;
	walk_begin(&r->walk, r->levels, WALK_LEVELS);
	out->written = -1;
	out->lower = lower;
	error = remembered_make(&out->tree, count_max);
	if (error == 0 && lower->count > 0) {
		out->written = walk_open(disk, DISK_HOME, O_PATH | O_DIRECTORY);
		error = out->written < 0 ? out->written : 0;
	}
	if (error == 0)
		error = remember_all(out, &r->walk, home);
	out->known = error == 0;
	(void)munmap(r, sizeof *r);
	return error;
}

/* The digest of a file of a layer: of the topmost tree that has something at its path. */
static int digest_below(const struct changes *ch, const char *path, uint64_t bytes, uint64_t *out)
{
	int error = -ENOENT;

	for (size_t i = 0; i < ch->lower->count && error == -ENOENT; i++)
		error = digest_at(&ch->tree.key, ch->lower->fds[i], path, bytes, out);
	return error;
}

static bool is_same(const struct changes *ch, const struct walk_entry *entry, const char *path,
                    const struct remembered_node *was, const struct remembered_node *is)
{
	uint64_t before = was->digest;
	uint64_t now = is->digest;

	if (was->kind != is->kind || was->mode != is->mode || was->bytes != is->bytes)
		return false;
	if (is->below)
		return true;
	if (is->kind == ENTRY_FILE && digest_at(&ch->tree.key, entry->directory, entry->name, is->bytes, &now) < 0)
		return false;
	if (was->below && digest_below(ch, path, was->bytes, &before) < 0)
		return false;
	return before == now;
}

static int tell(struct collection *c, const struct walk_entry *entry, enum change_kind change,
                const struct remembered_node *is, const struct stat *status)
{
	int error = collection_count(c);

	if (error == 0)
		error = collected_change(&c->out, c->walk.path, change, (enum entry_kind)is->kind);
	return error == 0 ? collection_take(c, entry->directory, entry->name, status) : error;
}

/* What was in a directory that may not be read any more is not known to be gone. */
static int enter(struct collection *c, const struct walk_entry *entry, struct remembered_node *was, uint32_t tag)
{
	const int error = walk_enter(&c->walk, entry->directory, entry->name, tag);

	if (error < 0 && was != NULL)
		was->shut = true;
	return collection_entered(c, error);
}

static int compare(struct collection *c, struct changes *ch, const struct walk_entry *entry)
{
	const uint32_t known = remembered_find(&ch->tree, entry->tag, entry->name);
	struct remembered_node *was = known == REMEMBERED_NONE ? NULL : &ch->tree.nodes[known];
	struct remembered_node is;
	struct stat status;
	int error = describe(ch, entry, c->walk.path, &status, &is);
	bool same_kind;

	if (was != NULL)
		was->seen = true;
	if (error < 0)
		return was != NULL && was->kind == 0 ? 0 : collection_leave(c, left_for_error(error));
	same_kind = was != NULL && was->kind == is.kind;
	error = 0;
	if (was == NULL || !is_same(ch, entry, c->walk.path, was, &is))
		error = tell(c, entry, was == NULL ? CHANGE_ADDED : CHANGE_CHANGED, &is, &status);
	if (error == 0 && is.kind == ENTRY_DIRECTORY)
		error = enter(c, entry, same_kind ? was : NULL, same_kind ? known : REMEMBERED_NONE);
	return error;
}

/* Those above come first. */
static bool is_hidden(const struct changes *ch, struct remembered_node *node)
{
	const bool hidden = ch->tree.nodes[node->parent].shut;

	node->shut = node->shut || hidden;
	return hidden;
}

static int tell_deleted(struct collection *c, const struct changes *ch)
{
	int error = 0;

	for (uint32_t i = 1; i < ch->tree.count && error == 0; i++) {
		struct remembered_node *node = &ch->tree.nodes[i];

		if (is_hidden(ch, node) || node->seen || node->kind == 0)
			continue;
		remembered_path(&ch->tree, i, c->walk.path);
		error = collection_count(c);
		if (error == 0)
			error = collected_change(&c->out, c->walk.path, CHANGE_DELETED, (enum entry_kind)node->kind);
	}
	return error;
}

int changes_collect(struct collection *c, int home, struct changes *before)
{
	struct walk_entry entry;
	bool whole = true;
	int error;
	int next;

	/* what is not known from before cannot be told from what is new */
	if (!before->whole)
		return -ENOSPC;
	c->walk.path_length = 0;
	c->walk.path[0] = '\0';
	error = collection_enter(c, home, ".", REMEMBERED_ROOT);
	while (error == 0 && (next = walk_next(&c->walk, 0, &entry)) != 0) {
		whole = whole && (next > 0 || next == -ENAMETOOLONG);
		error = next < 0 ? collection_skip(c, next) : compare(c, before, &entry);
	}
	walk_leave(&c->walk, 0);
	/* what stands in a directory that could not be read is not known to be gone */
	return error == 0 && whole ? tell_deleted(c, before) : error;
}

void changes_forget(struct changes *ch)
{
	remembered_free(&ch->tree);
	close_fd(&ch->written);
	ch->known = false;
	explicit_bzero(&ch->tree, sizeof ch->tree);
}
