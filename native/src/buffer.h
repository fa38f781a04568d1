/*
 * Growing memory that children do not inherit (madvise(2), MADV_DONTFORK): whatever the supervisor keeps of runs, their
 * input, their output. Inits are forked from the maker, which never had any of it; here it is withheld from whoever else
 * the supervisor may fork.
 */
#ifndef MAYFLY_BUFFER_H
#define MAYFLY_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct buffer {
	uint8_t *data;
	size_t length;
	size_t capacity;
	size_t taken;           /* bytes at the front already consumed; see buffer_take */
};

/* Makes room for `more` bytes behind `length`. 0 or -ENOMEM. */
int buffer_reserve(struct buffer *buffer, size_t more);
int buffer_append(struct buffer *buffer, const void *bytes, size_t count);

/* What is left of a buffer that is consumed from the front. */
static inline size_t buffer_left(const struct buffer *buffer)
{
	return buffer->length - buffer->taken;
}

static inline uint8_t *buffer_front(const struct buffer *buffer)
{
	/* an empty one has no memory, and NULL no offsets */
	return buffer->taken == 0 ? buffer->data : buffer->data + buffer->taken;
}

/* Consumes `count` bytes; an emptied buffer starts over. */
void buffer_take(struct buffer *buffer, size_t count);
/* Moves what is left to the front. */
void buffer_compact(struct buffer *buffer);
/* Empties it; memory beyond what an ordinary run needs goes back to the system. */
void buffer_reset(struct buffer *buffer);

/* A zeroed mapping that children do not inherit; NULL if there is no memory. */
void *private_map(size_t bytes);

#endif
