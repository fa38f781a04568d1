/* A tree of names, and of each what it was: remembered in memory that is bounded by their number. */
#ifndef MAYFLY_REMEMBERED_H
#define MAYFLY_REMEMBERED_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "digest.h"

enum { REMEMBERED_ROOT = 0 };
#define REMEMBERED_NONE UINT32_MAX

struct remembered_node {
	uint32_t parent;
	uint32_t next;                  /* with names that fall together */
	uint32_t name;                  /* where it begins */
	uint32_t mode;
	uint64_t bytes;                 /* of a file */
	uint64_t digest;                /* of a file or a link */
	uint8_t kind;                   /* enum entry_kind; 0: it could not be looked at */
	bool below;                     /* a file of a layer, which has its content */
	bool seen;                      /* again */
	bool shut;                      /* what is in it, or in what it is in, cannot be looked at any more */
};

struct remembered {
	struct digest_key key;
	uint32_t count_max;
	uint32_t count;
	uint32_t names_used;
	uint32_t bucket_count;
	struct remembered_node *nodes;
	uint32_t *buckets;              /* the first node of each; 0: none */
	char *names;
};

/* With the root in it, and room for `count_max` names. 0 or -errno. */
int remembered_make(struct remembered *r, uint32_t count_max);
/* The new node's number; REMEMBERED_NONE where there is no more room. */
uint32_t remembered_add(struct remembered *r, uint32_t parent, const char *name, const struct remembered_node *node);
/* Nothing has the parent REMEMBERED_NONE. */
uint32_t remembered_find(const struct remembered *r, uint32_t parent, const char *name);
/* Of a node whose path was shorter than PATH_MAX. */
void remembered_path(const struct remembered *r, uint32_t node, char path[PATH_MAX]);
void remembered_free(struct remembered *r);

#endif
