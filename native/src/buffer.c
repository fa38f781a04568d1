#define _GNU_SOURCE
#include "buffer.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum {
	FIRST_BYTES = 64 * 1024,
	KEPT_BYTES = 256 * 1024,
};

void *private_map(size_t bytes)
{
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return NULL;
	if (madvise(map, bytes, MADV_DONTFORK) != 0) {
		(void)munmap(map, bytes);
		return NULL;
	}
	return map;
}

int buffer_reserve(struct buffer *buffer, size_t more)
{
	size_t need;
	/* one that is filled behind while it is emptied in front must not grow for ever */
	if (buffer->taken > buffer->length / 2)
		buffer_compact(buffer);
	need = buffer->length + more;
	size_t capacity = buffer->capacity > 0 ? buffer->capacity : FIRST_BYTES;
	void *data;

	/* doubling must not pass zero */
	if (need < more || need > SIZE_MAX / 2)
		return -ENOMEM;
	if (need <= buffer->capacity)
		return 0;
	while (capacity < need)
		capacity *= 2;
	data = buffer->capacity == 0 ? private_map(capacity)
	                             : mremap(buffer->data, buffer->capacity, capacity, MREMAP_MAYMOVE);
	if (data == NULL || data == MAP_FAILED)
		return -ENOMEM;
	buffer->data = data;
	buffer->capacity = capacity;
	return 0;
}

int buffer_append(struct buffer *buffer, const void *bytes, size_t count)
{
	int error = buffer_reserve(buffer, count);

	if (error == 0 && count > 0) {
		memcpy(buffer->data + buffer->length, bytes, count);
		buffer->length += count;
	}
	return error;
}

void buffer_take(struct buffer *buffer, size_t count)
{
	buffer->taken += count;
	if (buffer->taken == buffer->length)
		buffer_reset(buffer);
}

void buffer_compact(struct buffer *buffer)
{
	if (buffer->taken > 0) {
		memmove(buffer->data, buffer_front(buffer), buffer_left(buffer));
		buffer->length -= buffer->taken;
		buffer->taken = 0;
	}
}

void buffer_reset(struct buffer *buffer)
{
	if (buffer->capacity > KEPT_BYTES) {
		(void)munmap(buffer->data, buffer->capacity);
		buffer->data = NULL;
		buffer->capacity = 0;
	}
	buffer->length = 0;
	buffer->taken = 0;
}
