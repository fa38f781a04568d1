/* The channels of a command, as its stub leaves them to it. */
#ifndef MAYFLY_STUB_CHANNELS_H
#define MAYFLY_STUB_CHANNELS_H

#include <stdint.h>

#include "request.h"

/* Puts what came with the word to go on where the command is to find it. 0 or -errno, as all of these. */
int stub_place_all(const struct request *request, int *socket);
/*
 * The channels stand from STREAM_CHANNEL on, where the request's socket was, which moves away and closes at exec. By way
 * of numbers that nothing has: a source may stand where a target goes.
 */
int stub_place_channels(int *socket, const int *channels, uint32_t count);
/* The first two of them become standard input and output, in place of those that every container has. */
int stub_place_pipes(const int *channels);
/* A file becomes standard input in place of the pipe. */
int stub_place_input(int file);

#endif
