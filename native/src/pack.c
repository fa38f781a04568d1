#define _GNU_SOURCE
#include "packed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attributes.h"
#include "collection.h"
#include "extent.h"
#include "hard_links.h"
#include "scope.h"
#include "transfer.h"
#include "tree_walk.h"

enum {
	MODE_BITS = 07777,
	CHUNK_BYTES = 64 * 1024,
};

struct packing {
	const struct packed_out *out;
	struct hard_links links;
	struct tree_walk walk;
	uint8_t chunk[CHUNK_BYTES];
	uint8_t attributes[ATTRIBUTE_BYTES_MAX];
	struct walk_level levels[TREE_DEPTH_MAX + 1];
};

static int put(const struct packing *p, const void *bytes, size_t count)
{
	return p->out->put(p->out->to, bytes, count);
}

/* `attributes` are so many bytes. */
static int put_head(struct packing *p, const struct stat *status, uint32_t kind, const char *target, int attributes)
{
	const struct packed_entry head = {
		.kind = kind,
		.mode = status->st_mode & MODE_BITS,
		.user = status->st_uid,
		.group = status->st_gid,
		.bytes = kind == ENTRY_FILE ? (uint64_t)status->st_size : 0,
		.changed_s = status->st_mtim.tv_sec,
		.changed_ns = (uint32_t)status->st_mtim.tv_nsec,
		.path_bytes = (uint32_t)strlen(p->walk.path),
		.target_bytes = (uint32_t)strlen(target),
		.attribute_bytes = (uint32_t)attributes,
	};
	int error = put(p, &head, sizeof head);

	if (error == 0)
		error = put(p, p->walk.path, head.path_bytes);
	if (error == 0)
		error = put(p, target, head.target_bytes);
	return error == 0 ? put(p, p->attributes, head.attribute_bytes) : error;
}

static int put_data(struct packing *p, int file, const struct extent *extent)
{
	int error = 0;

	for (uint64_t at = extent->start; at < extent->end && error == 0;) {
		const uint64_t left = extent->end - at;
		const size_t part = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
		ssize_t count = pread(file, p->chunk, part, (off_t)at);

		if (count < 0)
			return -errno;
		/* somebody has made it shorter: it has been promised as it was */
		if (count == 0) {
			memset(p->chunk, 0, part);
			count = (ssize_t)part;
		}
		error = put(p, p->chunk, (size_t)count);
		at += (uint64_t)count;
	}
	return error;
}

static int put_content(struct packing *p, int file, uint64_t bytes)
{
	const struct collected_data end = { .offset = bytes };
	struct extent extent = { 0 };
	int error = 0;

	while (error == 0 && next_extent(file, extent.end, bytes, &extent)) {
		const struct collected_data data = { .offset = extent.start, .bytes = extent.end - extent.start };

		error = put(p, &data, sizeof data);
		if (error == 0)
			error = put_data(p, file, &extent);
	}
	return error == 0 ? put(p, &end, sizeof end) : error;
}

static int pack_link(struct packing *p, int link, const struct stat *status)
{
	char target[PATH_MAX];
	const ssize_t count = readlinkat(link, "", target, sizeof target - 1);

	if (count < 0)
		return -errno;
	target[count] = '\0';
	return put_head(p, status, ENTRY_LINK, target, 0);
}

static int pack_file(struct packing *p, const struct walk_entry *entry)
{
	AUTO_CLOSE int file = walk_open(entry->directory, entry->name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	int attributes;
	int error;

	if (file < 0)
		return file;
	/* another one stands there by now */
	if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
		return -ENOENT;
	attributes = attributes_read(file, p->attributes, sizeof p->attributes);
	if (attributes < 0)
		return attributes;
	error = put_head(p, &status, ENTRY_FILE, "", attributes);
	return error == 0 ? put_content(p, file, (uint64_t)status.st_size) : error;
}

static int pack_directory(struct packing *p, const struct walk_entry *entry)
{
	const int error = walk_enter(&p->walk, entry->directory, entry->name, 0);
	const int entered = error < 0 ? -1 : p->walk.levels[p->walk.depth - 1].directory;
	struct stat status;
	int attributes;

	if (error < 0)
		return error;
	if (fstat(entered, &status) != 0)
		return -errno;
	attributes = attributes_read(entered, p->attributes, sizeof p->attributes);
	return attributes < 0 ? attributes : put_head(p, &status, ENTRY_DIRECTORY, "", attributes);
}

static int pack_whole(struct packing *p, const struct walk_entry *entry, int there, const struct stat *status)
{
	if (S_ISLNK(status->st_mode))
		return pack_link(p, there, status);
	if (S_ISREG(status->st_mode))
		return pack_file(p, entry);
	if (S_ISDIR(status->st_mode))
		return pack_directory(p, entry);
	return put_head(p, status, entry_kind_of(status->st_mode), "", 0);
}

static int pack_entry(struct packing *p, const struct walk_entry *entry)
{
	struct stat status;
	AUTO_CLOSE int there = collection_look(entry->directory, entry->name, &status);
	bool has_names;
	const char *first;
	int error;

	if (there < 0)
		return there;
	has_names = !S_ISDIR(status.st_mode) && status.st_nlink > 1;
	first = has_names ? hard_links_find(&p->links, status.st_ino) : NULL;
	if (first != NULL)
		return put_head(p, &status, PACKED_HARD_LINK, first, 0);
	error = pack_whole(p, entry, there, &status);
	/* only what was packed by one name can be linked to by another: the first may be gone meanwhile */
	return error == 0 && has_names ? hard_links_add(&p->links, status.st_ino, p->walk.path) : error;
}

static int pack_all(struct packing *p, int root)
{
	const struct packed_entry end = { .kind = PACKED_END };
	struct walk_entry entry;
	int error = walk_enter(&p->walk, root, ".", 0);
	int next;

	while (error == 0 && (next = walk_next(&p->walk, 0, &entry)) != 0) {
		error = next < 0 ? next : pack_entry(p, &entry);
		/* gone meanwhile */
		if (error == -ENOENT)
			error = 0;
	}
	/* a path that is no path any more */
	if (error == -ENAMETOOLONG)
		error = -E2BIG;
	walk_leave(&p->walk, 0);
	return error == 0 ? put(p, &end, sizeof end) : error;
}

int pack_tree(int root, const struct packed_out *out, char about[PATH_MAX])
{
	struct packing *p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int error;

	if (p == MAP_FAILED)
		return -errno;
	p->out = out;
	walk_allow_levels();
	walk_begin(&p->walk, p->levels, TREE_DEPTH_MAX + 1);
	error = hard_links_make(&p->links);
	if (error == 0)
		error = pack_all(p, root);
	(void)memcpy(about, p->walk.path, sizeof p->walk.path);
	hard_links_free(&p->links);
	(void)munmap(p, sizeof *p);
	return error;
}

int packed_fail(const struct packed_out *out, int error, const char *about)
{
	const struct packed_entry head = {
		.kind = PACKED_FAILED, .mode = (uint32_t)-error, .path_bytes = (uint32_t)strlen(about)
	};
	const int failed = out->put(out->to, &head, sizeof head);

	return failed == 0 ? out->put(out->to, about, head.path_bytes) : failed;
}

static int put_to_file(void *to, const void *bytes, size_t count)
{
	return write_exactly(*(const int *)to, bytes, count);
}

int pack_to_memory(int root)
{
	AUTO_CLOSE int file = memfd_create("layer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	const struct packed_out out = { .put = put_to_file, .to = &file };
	char ignored[PATH_MAX];
	int error = file < 0 ? -errno : pack_tree(root, &out, ignored);

	if (error == 0 && fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
		error = -errno;
	return error < 0 ? error : steal_fd(&file);
}
