/*
 * The files of a home as a stream, for where a layer cannot be mounted or leaves the machine: struct packed_entry each,
 * with its path and where it points, and the data of a file (protocol_files.h). Depth first: a directory is followed by
 * what is below it. Contents, kinds, modes, owners and the times of the last change are kept, holes and hard links too,
 * and of extended attributes those of users (attributes.h). 0 or -errno.
 */
#ifndef MAYFLY_PACKED_H
#define MAYFLY_PACKED_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Where a stream goes. */
struct packed_out {
	int (*put)(void *to, const void *bytes, size_t count);
	void *to;
};

/*
 * Packs all below `root`, an open directory. What changes there meanwhile comes as it is found: what is gone is left out, a
 * file that becomes shorter ends in zeros. -E2BIG where there is more than can be packed, -EACCES where something may not
 * be read, -EMFILE where directories are nested deeper than files may be open; `about` is then its path.
 */
int pack_tree(int root, const struct packed_out *out, char about[PATH_MAX]);
/* Puts in place of the end that it failed. */
int packed_fail(const struct packed_out *out, int error, const char *about);

/* Into a new memory file, sealed: nobody can change it any more. Its descriptor or -errno. */
int pack_to_memory(int root);

/* Who unpacks, and for whom. */
struct unpacking {
	int root;               /* empty, or with no more in it than directories */
	bool keeps_owners;      /* else everything is whose it is that unpacks */
};

/*
 * Reads a stream from `file` to its end. Nothing of it leads out of the root, nor through a link. Directories that are
 * missing on the way are made. *index is that of the entry which fails.
 */
int unpack_tree(int file, const struct unpacking *how, uint32_t *index);

#endif
