/*
 * What init tells of the files that a command left, on its socket: a stream of struct collected, in pieces that each
 * follow an INIT_COLLECTED record. 0 or -errno, which the socket's is.
 */
#ifndef MAYFLY_COLLECTED_H
#define MAYFLY_COLLECTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "inside.h"
#include "protocol.h"

struct collected_out {
	int socket;
	size_t used;
	uint8_t piece[PACKET_BYTES];
};

/* Why what is of this type, or failed so, is left. */
enum left_reason left_for_type(mode_t mode);
enum left_reason left_for_error(int error);

enum entry_kind entry_kind_of(mode_t mode);

/* What became of a path since the start; what there is of it now follows as another entry. */
int collected_change(struct collected_out *out, const char *path, enum change_kind change, enum entry_kind kind);
int collected_left(struct collected_out *out, const char *path, enum left_reason reason);
int collected_directory(struct collected_out *out, const char *path, mode_t mode);
/* Without its content. */
int collected_name(struct collected_out *out, const char *path, mode_t mode, uint64_t bytes);
/* With its content, holes left out. `file` is a regular one of `bytes`; what of them is gone meanwhile is zeros. */
int collected_file(struct collected_out *out, const char *path, mode_t mode, int file, uint64_t bytes);
/* Bytes of whatever kind. */
int collected_put(struct collected_out *out, const void *bytes, size_t count);
/* Sends what is not sent yet. */
int collected_flush(struct collected_out *out);

/* How much of a file is data and no hole. */
uint64_t collected_data_bytes(int file, uint64_t bytes);

#endif
