/* Growing memory, and that children do not have it. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "buffer.h"
#include "check.h"
#include "scratch.h"

enum { PAGE = 4096, MANY = 300 * 1024 };

/* mincore(2) says ENOMEM of memory that is not mapped. */
static bool is_mapped(void *address)
{
	unsigned char resident;
	return mincore(address, PAGE, &resident) == 0;
}

static bool is_absent(void *address)
{
	return !is_mapped(address) && errno == ENOMEM;
}

static void absent_in_children(void)
{
	static uint8_t many[MANY];
	struct buffer buffer = { 0 };
	void *map = private_map(PAGE);
	check(map != NULL && is_mapped(map) && holds_in_child(is_absent, map), "a private map is absent in a child");
	munmap(map, PAGE);

	check(buffer_append(&buffer, "secret", 6) == 0 && holds_in_child(is_absent, buffer.data), "a buffer is absent in a child");
	check(buffer_append(&buffer, many, sizeof many) == 0 && holds_in_child(is_absent, buffer.data) &&
		holds_in_child(is_absent, buffer.data + MANY / PAGE * PAGE), "a buffer that has grown is absent in a child, all of it");
	check(memcmp(buffer.data, "secret", 6) == 0, "what was in a buffer is still there after it has grown");
	buffer_reset(&buffer);
	check(buffer.data == NULL && buffer.capacity == 0, "a large buffer is given back when it is emptied");
}

static void consumed_from_the_front(void)
{
	struct buffer buffer = { 0 };
	check(buffer_front(&buffer) == NULL && buffer_left(&buffer) == 0, "a buffer without memory has an empty front");
	buffer_append(&buffer, "abcdef", 6);
	buffer_take(&buffer, 2);
	check(buffer_left(&buffer) == 4 && memcmp(buffer_front(&buffer), "cdef", 4) == 0, "what was taken is gone from the front");
	buffer_compact(&buffer);
	check(buffer.taken == 0 && buffer.length == 4 && memcmp(buffer.data, "cdef", 4) == 0, "what is left moves to the front");
	buffer_take(&buffer, 4);
	check(buffer.length == 0 && buffer.taken == 0 && buffer.capacity > 0, "an emptied buffer starts over with its memory");
	check(buffer_append(&buffer, NULL, 0) == 0, "nothing can be added");
	munmap(buffer.data, buffer.capacity);
}

static void beyond_memory(void)
{
	struct buffer buffer = { 0 };
	buffer_append(&buffer, "abc", 3);
	check(buffer_reserve(&buffer, SIZE_MAX) == -ENOMEM, "a length that passes zero is refused");
	check(buffer_reserve(&buffer, SIZE_MAX / 2 + 1) == -ENOMEM, "a length that cannot be doubled to is refused");
	check(buffer.length == 3 && memcmp(buffer.data, "abc", 3) == 0, "what is refused leaves the buffer as it was");
	munmap(buffer.data, buffer.capacity);
}

int main(void)
{
	absent_in_children();
	consumed_from_the_front();
	beyond_memory();
	return check_report();
}
