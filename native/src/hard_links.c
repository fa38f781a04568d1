#define _GNU_SOURCE
#include "hard_links.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

struct hard_link {
	ino_t inode;
	uint32_t path;
	uint32_t next;          /* 0: none */
};

/* Only what is touched takes memory. */
enum {
	LINKS = 1 << 20,
	BUCKETS = 1 << 16,
	PATHS_BYTES = 1 << 26,
};

static void *map(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(void *memory, size_t bytes)
{
	if (memory != NULL)
		(void)munmap(memory, bytes);
}

int hard_links_make(struct hard_links *h)
{
	h->count = 0;
	h->paths_used = 0;
	h->buckets = map(BUCKETS * sizeof *h->buckets);
	h->links = map(LINKS * sizeof *h->links);
	h->paths = map(PATHS_BYTES);
	if (h->buckets != NULL && h->links != NULL && h->paths != NULL)
		return 0;
	hard_links_free(h);
	return -ENOMEM;
}

/* The kernel numbers them one after the other. */
static uint32_t *bucket_of(const struct hard_links *h, ino_t inode)
{
	return &h->buckets[inode % BUCKETS];
}

const char *hard_links_find(const struct hard_links *h, ino_t inode)
{
	for (uint32_t at = *bucket_of(h, inode); at != 0; at = h->links[at].next) {
		if (h->links[at].inode == inode)
			return h->paths + h->links[at].path;
	}
	return NULL;
}

int hard_links_add(struct hard_links *h, ino_t inode, const char *path)
{
	uint32_t *first = bucket_of(h, inode);
	const size_t bytes = strlen(path) + 1;

	if (h->count + 1 >= LINKS || bytes > PATHS_BYTES - h->paths_used)
		return -E2BIG;
	h->count++;
	h->links[h->count] = (struct hard_link){ .inode = inode, .path = h->paths_used, .next = *first };
	*first = h->count;
	memcpy(h->paths + h->paths_used, path, bytes);
	h->paths_used += (uint32_t)bytes;
	return 0;
}

void hard_links_free(struct hard_links *h)
{
	unmap(h->buckets, BUCKETS * sizeof *h->buckets);
	unmap(h->links, LINKS * sizeof *h->links);
	unmap(h->paths, PATHS_BYTES);
	h->buckets = NULL;
	h->links = NULL;
	h->paths = NULL;
}
