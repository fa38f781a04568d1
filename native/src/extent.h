/* Where a file has data, and where holes. */
#ifndef MAYFLY_EXTENT_H
#define MAYFLY_EXTENT_H

#include <stdbool.h>
#include <stdint.h>

struct extent {
	uint64_t start;
	uint64_t end;
};

/*
 * The next data of a file of `bytes`, from `at` on; false where only a hole is left. A file system without holes has one
 * extent.
 */
bool next_extent(int file, uint64_t at, uint64_t bytes, struct extent *out);

#endif
