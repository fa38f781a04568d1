#define _GNU_SOURCE
#include "extent.h"

#include <errno.h>
#include <unistd.h>

bool next_extent(int file, uint64_t at, uint64_t bytes, struct extent *out)
{
	const off_t start = at < bytes ? lseek(file, (off_t)at, SEEK_DATA) : -1;
	off_t end;

	if (at >= bytes || (start < 0 && errno == ENXIO))
		return false;
	*out = (struct extent){ .start = at, .end = bytes };
	if (start < 0)
		return true;
	end = lseek(file, start, SEEK_HOLE);
	out->start = (uint64_t)start;
	if (end > start && (uint64_t)end < bytes)
		out->end = (uint64_t)end;
	return out->start < bytes;
}
