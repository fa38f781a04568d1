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
/* The path by which an inode was seen before, or NULL, and then it is known by this one. -E2BIG in *error: too many. */
const char *hard_links_first(struct hard_links *h, ino_t inode, const char *path, int *error);
void hard_links_free(struct hard_links *h);

#endif
