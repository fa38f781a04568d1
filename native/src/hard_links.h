/* Files that have several names, by their inodes: where the first of them was. */
#ifndef MAYFLY_HARD_LINKS_H
#define MAYFLY_HARD_LINKS_H

#include <stdint.h>
#include <sys/types.h>

struct hard_link;

struct hard_links {
	uint32_t count;
	uint32_t paths_used;
	uint32_t *buckets;
	struct hard_link *links;
	char *paths;
};

int hard_links_make(struct hard_links *h);
/* The path that an inode is known by, or NULL. */
const char *hard_links_find(const struct hard_links *h, ino_t inode);
/* It is known by this one. 0, or -E2BIG: too many. */
int hard_links_add(struct hard_links *h, ino_t inode, const char *path);
void hard_links_free(struct hard_links *h);

#endif
