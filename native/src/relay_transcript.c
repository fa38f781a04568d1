#define _GNU_SOURCE
#include "relay_transcript.h"

#include <unistd.h>

#include "protocol.h"
#include "transfer.h"

void transcript_add(struct transcript *transcript, uint64_t at_ns, uint32_t from, const uint8_t *piece, size_t length)
{
	const uint64_t room = transcript->left;
	struct relay_record head = { .at_ns = at_ns, .from = from, .bytes = (uint32_t)length };

	if (!transcript->wanted || transcript->truncated || length == 0)
		return;
	transcript->truncated = sizeof head + length > room;
	if (transcript->truncated)
		head.bytes = room > sizeof head ? (uint32_t)(room - sizeof head) : 0;
	transcript->left = transcript->truncated ? 0 : room - sizeof head - length;
	if (head.bytes > 0 &&
	    (write_exactly(STDOUT_FILENO, &head, sizeof head) < 0 || write_exactly(STDOUT_FILENO, piece, head.bytes) < 0))
		transcript->truncated = true;
}
