/* The first frame, cut into its sections. */
#ifndef MAYFLY_CONFIGURATION_H
#define MAYFLY_CONFIGURATION_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

struct configuration {
	uint8_t *payload;               /* a mapping; NULL: none */
	uint32_t length;
	char runtime_dir[PATH_MAX];
	const uint8_t *filter;
	const uint8_t *root;
	const uint8_t *rules;
	const uint8_t *plain_filter;
};

/* Receives the frame from `node`; `head` is set only if all of it is sound. 0 or -errno. */
int configuration_read(int node, struct configure *head, struct configuration *out);
/* Finds the sections of out->payload. */
int configuration_split(struct configure *head, struct configuration *out);
/* The target of the root's entry number `entry`; empty where there is no such entry. */
void configuration_name_entry(const struct configure *head, const struct configuration *in, uint32_t entry, char *text,
                              size_t size);
void configuration_free(struct configuration *in);

#endif
