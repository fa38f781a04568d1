/*
 * What a command changed in its home: init remembers the home before the start, and compares when everybody is dead.
 * What was written to a file cannot be told by its times, which a mapping of its memory leaves as they were; so contents
 * are compared, by digests. A file of a layer cannot be changed where it lies: it has changed only if the disk has
 * another in its place, and only then is it read.
 */
#ifndef MAYFLY_CHANGES_H
#define MAYFLY_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "collection.h"
#include "descriptors.h"
#include "remembered.h"

struct changes {
	bool known;                     /* false: there was nobody to remember */
	bool whole;                     /* all of the home had room */
	int written;                    /* on a layer: where on the disk is what was written to the home; else -1 */
	const struct descriptors *lower; /* the trees that the home stands on, the topmost first */
	struct remembered tree;
};

/*
 * Remembers what is in `home`, up to `count_max` entries. `disk` is the root of the private tmpfs, `lower` lives as long
 * as `out`. 0 or -errno.
 */
int changes_remember(struct changes *out, int home, int disk, const struct descriptors *lower, uint32_t count_max);
/* Tells what is not as it was, with what is there now. Once. */
int changes_collect(struct collection *c, int home, struct changes *before);
/* Lets go of all of it. */
void changes_forget(struct changes *ch);

#endif
