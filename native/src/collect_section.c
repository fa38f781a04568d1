#define _GNU_SOURCE
#include "collect_section.h"

#include <string.h>

#include "inside.h"
#include "transfer.h"

int collect_receive(int socket, uint8_t *out, uint64_t bytes)
{
	for (uint64_t done = 0; done < bytes;) {
		const uint64_t left = bytes - done;
		const size_t packet = left < PACKET_BYTES ? (size_t)left : (size_t)PACKET_BYTES;
		const int error = receive_exactly(socket, out + done, packet);

		if (error < 0)
			return error;
		done += packet;
	}
	return 0;
}

bool collect_is_whole(const struct collect_request *head, const char *strings, uint64_t bytes)
{
	uint64_t at = 0;

	for (uint32_t i = 0; i < head->pattern_count; i++) {
		const char *end = at < bytes ? memchr(strings + at, '\0', bytes - at) : NULL;
		const uint8_t kind = at < bytes ? (uint8_t)strings[at] : 0;

		if (end == NULL || (kind != COLLECT_PATH && kind != COLLECT_GLOB))
			return false;
		at = (uint64_t)(end - strings) + 1;
	}
	return at == bytes;
}
