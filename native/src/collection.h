/* What is being collected, whatever selects it (collect.c, changes.c). 0 or -errno; -ENOSPC ends it: no more may be told. */
#ifndef MAYFLY_COLLECTION_H
#define MAYFLY_COLLECTION_H

#include <sys/stat.h>

#include "collected.h"
#include "protocol.h"
#include "tree_walk.h"

struct collection {
	struct collect_request head;
	const char *patterns;           /* head.pattern_count strings, each behind its kind */
	uint64_t data_left;
	uint32_t entries_left;
	struct collected_out out;
	struct tree_walk walk;          /* its path names what is looked at */
	struct walk_level levels[WALK_LEVELS];
};

/* There is a bound on what is told, left or taken. */
int collection_count(struct collection *c);
int collection_leave(struct collection *c, enum left_reason reason);
/* What is below a directory comes next; one that cannot be entered is told as left. */
int collection_enter(struct collection *c, int directory, const char *name, uint32_t tag);
/* The same of one that was entered, or not: `error` is what walk_enter said. */
int collection_entered(struct collection *c, int error);
/* What of walk_next's errors is told. */
int collection_skip(struct collection *c, int error);
/* Sends what stands at `name`, counted already: a file with its content, a directory without what is below it. */
int collection_take(struct collection *c, int directory, const char *name, const struct stat *status);
/* Opens what stands at `name`, to look at it; its descriptor or -errno. */
int collection_look(int directory, const char *name, struct stat *status);

#endif
