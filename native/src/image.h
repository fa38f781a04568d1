/*
 * The image's files, through inodes of each container's own. Locks, leases and watches belong to inodes, so containers
 * that share those can signal to each other by them; read-only mounts of one file system share theirs.
 */
#ifndef MAYFLY_IMAGE_H
#define MAYFLY_IMAGE_H

#include <stdint.h>

enum { OWN_PARTS_MAX = 32 };

/* A directory that is empty in every image. */
#define EMPTY_DIRECTORY "/run"

/* Directories below the root, parents first; absolute paths that stand one after the other, each ended by NUL. */
struct own_parts {
	uint32_t count;
	const char *paths;
};

/* Lays a read-only overlay over each. -EOPNOTSUPP where the kernel has none for containers; they are shown as before. */
int image_own_inodes(const struct own_parts *parts);

#endif
