/* One entry of the root's plan, as it lies in the configuration. */
#ifndef MAYFLY_PLAN_H
#define MAYFLY_PLAN_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#include "host_mounts.h"
#include "image.h"
#include "protocol.h"

struct plan_entry {
	uint32_t kind;                  /* enum root_kind, unchecked */
	mode_t mode;
	uint64_t modified_ns;
	char target[PATH_MAX];
	const uint8_t *source;
	uint32_t source_bytes;
};

/* Reads the entry at `bytes`; returns how many of the `left` bytes it takes, or -EBADMSG. */
int64_t plan_read_entry(const uint8_t *bytes, uint64_t left, struct plan_entry *out);

/*
 * Writes where the plan's ROOT_OWN_INODES entries stand to `paths`, which has room for as many bytes as the plan takes:
 * an entry's head is longer than what is added to its target. 0, or -EBADMSG, or -E2BIG where they are too many.
 */
int plan_own_parts(const uint8_t *bytes, uint64_t left, uint32_t count, char *paths, struct own_parts *out);
/* The same for its ROOT_MOUNT entries, of which `paths` then holds targets and sources. */
int plan_host_mounts(const uint8_t *bytes, uint64_t left, uint32_t count, char *paths, struct host_mounts *out);

#endif
