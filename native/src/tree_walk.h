/*
 * Goes through directories, depth first, through no link and into no mount; nothing in them changes meanwhile. Names of
 * each directory come in the file system's order.
 */
#ifndef MAYFLY_TREE_WALK_H
#define MAYFLY_TREE_WALK_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

/* A directory that is gone through. */
struct walk_level {
	int directory;
	uint32_t tag;                   /* the caller's */
	size_t path_length;
	long listed;                    /* bytes in `list`, ... */
	long at;                        /* ... of which these were seen */
	_Alignas(uint64_t) char list[4096];
};

struct tree_walk {
	size_t path_length;
	char path[PATH_MAX];            /* of what is looked at */
	int depth;                      /* so many levels are open, ... */
	int level_count;                /* ... of so many that there are */
	struct walk_level *levels;
};

/* Of a walk that goes as deep as a collection does. */
enum { WALK_LEVELS = COLLECT_DEPTH_MAX + 1 };

struct walk_entry {
	int directory;                  /* which it stands in */
	const char *name;               /* there; valid until the next is asked for */
	uint8_t type;                   /* readdir(3) */
	uint32_t tag;                   /* of its directory */
};

/* There is room for `count` levels, the first included. */
void walk_begin(struct tree_walk *w, struct walk_level *levels, int count);
/* Each level takes a descriptor: allows as many as this process may have. */
void walk_allow_levels(void);
int walk_open(int directory, const char *path, uint64_t flags);
/* What is below `name`, which w->path names, comes next. -E2BIG where that is too deep, or why it cannot be opened. */
int walk_enter(struct tree_walk *w, int directory, const char *name, uint32_t tag);
/*
 * 1: *out is next, and w->path names it. 0: nothing is left but the lowest `depth` directories. -ENAMETOOLONG: its path
 * is too long, or another -errno: the rest of a directory cannot be read; w->path is that of the directory, and what
 * comes after it is still to come.
 */
int walk_next(struct tree_walk *w, int depth, struct walk_entry *out);
/* Leaves all but the lowest `depth` directories. */
void walk_leave(struct tree_walk *w, int depth);

#endif
