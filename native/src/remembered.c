#define _GNU_SOURCE
#include "remembered.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

enum { NAME_BYTES = 256 };

/* Only what is touched takes memory. */
static void *map(uint64_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(void *memory, uint64_t bytes)
{
	if (memory != NULL)
		(void)munmap(memory, bytes);
}

static uint64_t node_bytes(const struct remembered *r)
{
	return (r->count_max + UINT64_C(1)) * sizeof *r->nodes;
}

static uint64_t name_bytes(const struct remembered *r)
{
	return (r->count_max + UINT64_C(1)) * NAME_BYTES;
}

static uint64_t bucket_bytes(const struct remembered *r)
{
	return r->bucket_count * sizeof *r->buckets;
}

int remembered_make(struct remembered *r, uint32_t count_max)
{
	enum { COUNT_MAX = UINT32_MAX / NAME_BYTES - 1 };

	memset(r, 0, sizeof *r);
	if (count_max > COUNT_MAX)
		return -E2BIG;
	if (getrandom(&r->key, sizeof r->key, 0) != (ssize_t)sizeof r->key)
		return -EIO;
	r->count_max = count_max;
	r->bucket_count = count_max | 1;
	r->nodes = map(node_bytes(r));
	r->names = map(name_bytes(r));
	r->buckets = map(bucket_bytes(r));
	if (r->nodes == NULL || r->names == NULL || r->buckets == NULL) {
		remembered_free(r);
		return -ENOMEM;
	}
	r->nodes[REMEMBERED_ROOT] = (struct remembered_node){ .parent = REMEMBERED_NONE, .seen = true };
	r->count = 1;
	return 0;
}

/* By the key: no names can be chosen that fall together. */
static uint32_t bucket_of(const struct remembered *r, uint32_t parent, const char *name)
{
	struct digest d;

	digest_begin(&d, &r->key);
	digest_word(&d, parent);
	digest_bytes(&d, name, strlen(name));
	return (uint32_t)(digest_end(&d) % r->bucket_count);
}

uint32_t remembered_add(struct remembered *r, uint32_t parent, const char *name, const struct remembered_node *node)
{
	const size_t bytes = strlen(name) + 1;
	uint32_t *first = &r->buckets[bucket_of(r, parent, name)];
	struct remembered_node *added = &r->nodes[r->count];

	if (r->count > r->count_max || bytes > NAME_BYTES)
		return REMEMBERED_NONE;
	*added = *node;
	added->parent = parent;
	added->next = *first;
	added->name = r->names_used;
	memcpy(r->names + r->names_used, name, bytes);
	r->names_used += (uint32_t)bytes;
	*first = r->count;
	return r->count++;
}

uint32_t remembered_find(const struct remembered *r, uint32_t parent, const char *name)
{
	if (parent == REMEMBERED_NONE)
		return REMEMBERED_NONE;
	for (uint32_t at = r->buckets[bucket_of(r, parent, name)]; at != 0; at = r->nodes[at].next) {
		if (r->nodes[at].parent == parent && strcmp(r->names + r->nodes[at].name, name) == 0)
			return at;
	}
	return REMEMBERED_NONE;
}

void remembered_path(const struct remembered *r, uint32_t node, char path[PATH_MAX])
{
	char *at = path + PATH_MAX - 1;

	*at = '\0';
	for (; node != REMEMBERED_ROOT; node = r->nodes[node].parent) {
		const char *name = r->names + r->nodes[node].name;
		const size_t length = strlen(name);

		if (*at != '\0')
			*--at = '/';
		at -= length;
		memcpy(at, name, length);
	}
	memmove(path, at, (size_t)(path + PATH_MAX - at));
}

void remembered_free(struct remembered *r)
{
	unmap(r->nodes, node_bytes(r));
	unmap(r->names, name_bytes(r));
	unmap(r->buckets, bucket_bytes(r));
	r->nodes = NULL;
	r->names = NULL;
	r->buckets = NULL;
}
