/* What runs left, for others to stand on. */
#ifndef MAYFLY_LAYERS_H
#define MAYFLY_LAYERS_H

#include "supervisor.h"

/* One of the mounts that make up a layer, and the mount namespace that it stands in. */
struct layer_tree {
	int mount;
	int namespace;
};

/* What a run wrote in its home, and below it what that stood on. */
struct layer {
	uint32_t id;                    /* 0: the place is free */
	uint32_t depth;
	bool copy;                      /* trees[0].mount is a memory file, and there are no others */
	struct layer_tree trees[LAYER_DEPTH_MAX];       /* the topmost first */
};

/* Sends init the trees of a layer; it answers with INIT_LAYERED. */
int layers_give(struct supervisor *s, struct container *c, uint32_t id);
/* Keeps what the run of `c` left, on top of what it stood on. Takes `tree` over, whether or not it fails. */
int layers_keep(struct supervisor *s, const struct container *c, int tree, uint32_t *id);
void layers_close(struct supervisor *s, uint32_t id);

#endif
