#define _GNU_SOURCE
#include "packed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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
};

static int put(const struct packing *p, const void *bytes, size_t count)
{
	return p->out->put(p->out->to, bytes, count);
}

static int put_head(struct packing *p, const struct stat *status, uint32_t kind, const char *target)
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
	};
	int error = put(p, &head, sizeof head);

	if (error == 0)
		error = put(p, p->walk.path, head.path_bytes);
	return error == 0 ? put(p, target, head.target_bytes) : error;
}

static int put_data(struct packing *p, int file, const struct extent *extent)
{
	int error = 0;

	for (uint64_t at = extent->start; at < extent->end && error == 0;) {
		const uint64_t left = extent->end - at;
		const ssize_t count = pread(file, p->chunk, left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES, (off_t)at);

		if (count <= 0)
			return count < 0 ? -errno : -EIO;
		error = put(p, p->chunk, (size_t)count);
		at += (uint64_t)count;
	}
	return error;
}

static int put_content(struct packing *p, const struct walk_entry *entry, uint64_t bytes)
{
	const struct collected_data end = { .offset = bytes };
	AUTO_CLOSE int file = walk_open(entry->directory, entry->name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct extent extent = { 0 };
	int error = file < 0 ? file : 0;

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
	return put_head(p, status, ENTRY_LINK, target);
}

static int pack_entry(struct packing *p, const struct walk_entry *entry)
{
	struct stat status;
	AUTO_CLOSE int there = collection_look(entry->directory, entry->name, &status);
	const char *first = NULL;
	int error = there < 0 ? there : 0;

	if (error == 0 && !S_ISDIR(status.st_mode) && status.st_nlink > 1)
		first = hard_links_first(&p->links, status.st_ino, p->walk.path, &error);
	if (error < 0)
		return error;
	if (first != NULL)
		return put_head(p, &status, PACKED_HARD_LINK, first);
	if (S_ISLNK(status.st_mode))
		return pack_link(p, there, &status);
	error = put_head(p, &status, entry_kind_of(status.st_mode), "");
	if (error == 0 && S_ISREG(status.st_mode))
		error = put_content(p, entry, (uint64_t)status.st_size);
	if (error == 0 && S_ISDIR(status.st_mode))
		error = walk_enter(&p->walk, entry->directory, entry->name, 0);
	return error;
}

static int pack_all(struct packing *p, int root)
{
	const struct packed_entry end = { .kind = PACKED_END };
	struct walk_entry entry;
	int error = walk_enter(&p->walk, root, ".", 0);
	int next;

	while (error == 0 && (next = walk_next(&p->walk, 0, &entry)) != 0)
		error = next < 0 ? next : pack_entry(p, &entry);
	walk_leave(&p->walk, 0);
	return error == 0 ? put(p, &end, sizeof end) : error;
}

int pack_tree(int root, const struct packed_out *out)
{
	struct packing *p = mmap(NULL, sizeof *p, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int error;

	if (p == MAP_FAILED)
		return -errno;
	p->out = out;
	error = hard_links_make(&p->links);
	if (error == 0)
		error = pack_all(p, root);
	hard_links_free(&p->links);
	(void)munmap(p, sizeof *p);
	return error;
}

static int put_to_file(void *to, const void *bytes, size_t count)
{
	return write_exactly(*(const int *)to, bytes, count);
}

int pack_to_memory(int root)
{
	AUTO_CLOSE int file = memfd_create("layer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	const struct packed_out out = { .put = put_to_file, .to = &file };
	int error = file < 0 ? -errno : pack_tree(root, &out);

	if (error == 0 && fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
		error = -errno;
	return error < 0 ? error : steal_fd(&file);
}
