/* What the stub of a run is sent: its request, and the files that follow it, passed on as they come. */
#ifndef MAYFLY_SENDING_H
#define MAYFLY_SENDING_H

#include "supervisor.h"

/* Sends the stub what its socket takes; the rest goes when there is room. */
int sending_request(struct supervisor *s, struct container *c);
/* The request is under way: Node may begin with the files that follow it. */
int sending_allow_files(struct supervisor *s, struct container *c);
/* FRAME_BYTES of STREAM_FILES. */
int sending_pass_files(struct supervisor *s, struct container *c, const uint8_t *bytes, size_t count);

#endif
