/* What is stored once and shown in the containers of many runs. */
#ifndef MAYFLY_STORE_H
#define MAYFLY_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "protocol.h"

struct supervisor;

struct blob {
	uint32_t id;                    /* 0: the place is free */
	bool sealed;
	int mount;                      /* until it is sealed */
	uint64_t bytes;
};

struct store {
	int namespace;                  /* -1: nothing was ever stored */
	int shelf;                      /* the directory in it that has one for each blob */
	struct blob *blobs;             /* BLOBS_MAX */
	struct buffer passing;          /* what is read goes on at once */
};

/* FRAME_BLOB_OPEN, FRAME_BLOB_BYTES, FRAME_BLOB_CLOSE, FRAME_BLOB_READ. */
int store_handle(struct supervisor *s, const struct frame_header *header, const uint8_t *payload);
/* A detached mount of a blob's file, read-only and by an inode that nobody else has; or -errno. */
int store_show(const struct supervisor *s, uint32_t id);
/* That file, to read from its start; or -errno. */
int store_open(const struct supervisor *s, uint32_t id);

#endif
