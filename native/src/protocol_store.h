/* The wire, of what many runs share: stored once, shown in their containers. Part of protocol.h. */
#ifndef MAYFLY_PROTOCOL_STORE_H
#define MAYFLY_PROTOCOL_STORE_H

#include <stdint.h>

/* Blobs that a supervisor keeps at once. The headers of their frames have a blob's number, chosen by Node, as `run`. */
enum {
	BLOBS_MAX = 1024,
};

/* FRAME_BLOB_OPEN */
struct blob_open {
	uint64_t bytes_max;           /* of its content; not 0 */
	uint32_t mode;                /* of the file that is shown; of it the rights to read and to execute */
	uint32_t reserved;
};

/* FRAME_BLOB_STORED: the answer to FRAME_BLOB_OPEN, and to each FRAME_BLOB_BYTES. */
struct blob_stored {
	uint64_t bytes;               /* that it has now */
	uint32_t error;               /* errno; not 0: it is not there any more */
	uint32_t sealed;              /* 1: nothing can change it from here on */
};

/* One entry of the blobs section of a run: this, then the path (path_bytes, relative to the command's home, no NUL). */
struct blob_place {
	uint32_t blob;
	uint32_t path_bytes;
	uint32_t file;                /* which one of the exec section's it covers: a failure names it */
	uint32_t reserved;
};

#endif
