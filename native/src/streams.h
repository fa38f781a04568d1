/* A run's standard input and output, and its channels. */
#ifndef MAYFLY_STREAMS_H
#define MAYFLY_STREAMS_H

#include <stddef.h>
#include <stdint.h>

struct supervisor;
struct container;

int stream_watch(struct supervisor *s, struct container *c, unsigned n);
void stream_close(struct supervisor *s, struct container *c, unsigned n);
int stream_feed(struct supervisor *s, struct container *c, unsigned n, const uint8_t *bytes, size_t count);
int stream_taken(struct supervisor *s, struct container *c, unsigned n, uint64_t count);
int stream_event(struct supervisor *s, struct container *c, unsigned n, uint32_t events);
int stream_drain(struct supervisor *s, struct container *c);

#endif
