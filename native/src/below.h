/* Paths below a descriptor, through no link. */
#ifndef MAYFLY_BELOW_H
#define MAYFLY_BELOW_H

#include <stdint.h>

/* Opens a path below `root` that may not lead out of it, nor through any symbolic link. */
int below_open(int root, const char *path, uint64_t flags);

#endif
