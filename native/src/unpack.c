#define _GNU_SOURCE
#include "packed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "attributes.h"
#include "inside.h"
#include "scope.h"
#include "tree_walk.h"

enum {
	BUFFER_BYTES = 64 * 1024,
	LEVELS = TREE_DEPTH_MAX + 1,
	MODE_BITS = 07777,
};

/* A directory that is filled: its mode, which may forbid that, and its time come last. */
struct open_level {
	int directory;
	size_t path_length;
	struct packed_entry head;
};

struct reading {
	const struct unpacking *how;
	int file;
	size_t begin;
	size_t end;                     /* of what is in `buffer` */
	int depth;
	struct open_level levels[LEVELS];
	char path[PATH_MAX];            /* of the entry that is read */
	char target[PATH_MAX];
	char within[PATH_MAX];          /* of the directory that was entered last */
	uint8_t buffer[BUFFER_BYTES];
	uint8_t attributes[ATTRIBUTE_BYTES_MAX];
};

/* What there is, at least a byte. */
static int fill(struct reading *r)
{
	ssize_t count;

	if (r->begin < r->end)
		return 0;
	do
		count = read(r->file, r->buffer, sizeof r->buffer);
	while (count < 0 && errno == EINTR);
	if (count <= 0)
		return count < 0 ? -errno : -EPIPE;
	r->begin = 0;
	r->end = (size_t)count;
	return 0;
}

static int take(struct reading *r, void *out, size_t count)
{
	uint8_t *to = out;
	int error = 0;

	while (count > 0 && (error = fill(r)) == 0) {
		const size_t have = r->end - r->begin;
		const size_t part = count < have ? count : have;

		memcpy(to, r->buffer + r->begin, part);
		r->begin += part;
		to += part;
		count -= part;
	}
	return error;
}

static int take_text(struct reading *r, char text[PATH_MAX], uint32_t bytes)
{
	int error = bytes < PATH_MAX ? take(r, text, bytes) : -ENAMETOOLONG;

	if (error < 0)
		return error;
	text[bytes] = '\0';
	return strlen(text) == bytes ? 0 : -EBADMSG;
}

/* Whose it is, what it allows, when it was changed: in this order, since a change of owner takes bits of the mode. */
static int set_metadata(const struct reading *r, int directory, const char *name, const struct packed_entry *head)
{
	const struct timespec times[2] = {
		{ .tv_nsec = UTIME_OMIT }, { .tv_sec = head->changed_s, .tv_nsec = (long)head->changed_ns }
	};

	if (r->how->keeps_owners && fchownat(directory, name, head->user, head->group, AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	if (head->kind != ENTRY_LINK && fchmodat(directory, name, head->mode & MODE_BITS, 0) != 0)
		return -errno;
	return utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW) != 0 ? -errno : 0;
}

static int leave_one(struct reading *r)
{
	struct open_level *level = &r->levels[--r->depth];
	const bool told = level->head.kind == ENTRY_DIRECTORY;
	const int error = told ? set_metadata(r, level->directory, ".", &level->head) : 0;

	(void)close(level->directory);
	return error;
}

static bool is_name(const char *name)
{
	return *name != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Enters `name`, up to which r->path is `path_length` long; makes it where it is not there. */
static int enter_directory(struct reading *r, const char *name, size_t path_length, const struct packed_entry *head)
{
	struct open_level *level = &r->levels[r->depth];
	const int directory = r->levels[r->depth - 1].directory;
	int below;

	if (r->depth == LEVELS)
		return -E2BIG;
	if (mkdirat(directory, name, head->kind == ENTRY_DIRECTORY ? 0700 : 0755) != 0 && errno != EEXIST)
		return -errno;
	below = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below < 0)
		return -errno;
	*level = (struct open_level){ .directory = below, .path_length = path_length, .head = *head };
	memcpy(r->within, r->path, path_length);
	r->depth++;
	return attributes_write(below, r->attributes, head->attribute_bytes);
}

/* Leaves the directories that the entry is not below, and enters those that it is; its name in the last one. */
static int find_place(struct reading *r, const char **name)
{
	static const struct packed_entry implied = { .kind = PACKED_END };
	size_t length;
	char *slash;
	int error = 0;

	while ((length = r->levels[r->depth - 1].path_length) > 0 &&
	       (strncmp(r->path, r->within, length) != 0 || r->path[length] != '/')) {
		error = leave_one(r);
		if (error < 0)
			return error;
	}
	*name = r->path + (length == 0 ? 0 : length + 1);
	while (error == 0 && (slash = strchr(*name, '/')) != NULL) {
		*slash = '\0';
		error = is_name(*name) ? enter_directory(r, *name, (size_t)(slash - r->path), &implied) : -EBADMSG;
		*slash = '/';
		*name = slash + 1;
	}
	if (error < 0)
		return error;
	return is_name(*name) ? 0 : -EBADMSG;
}

static int write_data(struct reading *r, int file, const struct collected_data *data)
{
	uint64_t at = data->offset;
	uint64_t left = data->bytes;

	while (left > 0) {
		int error = fill(r);
		size_t part = r->end - r->begin;
		ssize_t count;

		if (error < 0)
			return error;
		part = part < left ? part : (size_t)left;
		count = pwrite(file, r->buffer + r->begin, part, (off_t)at);
		if (count < 0)
			return -errno;
		r->begin += (size_t)count;
		at += (uint64_t)count;
		left -= (uint64_t)count;
	}
	return 0;
}

static int unpack_file(struct reading *r, int directory, const char *name, const struct packed_entry *head)
{
	AUTO_CLOSE int file = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct collected_data data = { .bytes = 1 };
	int error = file < 0 ? -errno : 0;

	if (error == 0)
		error = attributes_write(file, r->attributes, head->attribute_bytes);
	if (error == 0 && (head->bytes > INT64_MAX || ftruncate(file, (off_t)head->bytes) != 0))
		error = head->bytes > INT64_MAX ? -EFBIG : -errno;
	while (error == 0 && data.bytes > 0) {
		error = take(r, &data, sizeof data);
		if (error == 0 && (data.offset > head->bytes || data.bytes > head->bytes - data.offset))
			error = -EBADMSG;
		if (error == 0)
			error = write_data(r, file, &data);
	}
	return error;
}

static int unpack_hard_link(struct reading *r, int directory, const char *name)
{
	char *slash = strrchr(r->target, '/');
	AUTO_CLOSE int parent = -1;

	if (slash != NULL)
		*slash = '\0';
	parent = walk_open(r->levels[0].directory, slash == NULL ? "." : r->target, O_PATH | O_DIRECTORY);
	if (parent < 0)
		return parent;
	return linkat(parent, slash == NULL ? r->target : slash + 1, directory, name, 0) != 0 ? -errno : 0;
}

static int unpack_entry(struct reading *r, const struct packed_entry *head)
{
	const char *name = NULL;
	int error = find_place(r, &name);
	int directory;

	if (error < 0)
		return error;
	directory = r->levels[r->depth - 1].directory;
	switch (head->kind) {
	case ENTRY_DIRECTORY:
		return enter_directory(r, name, head->path_bytes, head);
	case PACKED_HARD_LINK:
		return unpack_hard_link(r, directory, name);
	case ENTRY_FILE:
		error = unpack_file(r, directory, name, head);
		break;
	case ENTRY_LINK:
		error = symlinkat(r->target, directory, name) != 0 ? -errno : 0;
		break;
	case ENTRY_FIFO:
	case ENTRY_SOCKET:
		error = mknodat(directory, name, (head->kind == ENTRY_FIFO ? S_IFIFO : S_IFSOCK) | 0600, 0) != 0 ? -errno : 0;
		break;
	default:
		return -EBADMSG;
	}
	return error == 0 ? set_metadata(r, directory, name, head) : error;
}

static int unpack_all(struct reading *r, uint32_t *index)
{
	struct packed_entry head = { .kind = PACKED_END };
	int error;

	for (*index = 0;; (*index)++) {
		error = take(r, &head, sizeof head);
		if (error < 0 || head.kind == PACKED_END)
			break;
		error = take_text(r, r->path, head.path_bytes);
		if (error == 0)
			error = take_text(r, r->target, head.target_bytes);
		if (error == 0)
			error = head.attribute_bytes <= ATTRIBUTE_BYTES_MAX ? take(r, r->attributes, head.attribute_bytes) : -EBADMSG;
		if (error == 0)
			error = head.kind == PACKED_FAILED ? told_error(head.mode) : unpack_entry(r, &head);
		if (error < 0)
			break;
	}
	while (r->depth > 0) {
		const int left = leave_one(r);

		error = error == 0 ? left : error;
	}
	return error;
}

int unpack_tree(int file, const struct unpacking *how, uint32_t *index)
{
	struct reading *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int root;
	int error;

	if (r == MAP_FAILED)
		return -errno;
	r->how = how;
	r->file = file;
	walk_allow_levels();
	root = openat(how->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) {
		error = -errno;
	} else {
		r->levels[0].directory = root;
		r->depth = 1;
		error = unpack_all(r, index);
	}
	(void)munmap(r, sizeof *r);
	return error;
}
