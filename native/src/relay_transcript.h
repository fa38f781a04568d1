/* What two connected commands say to each other, as far as it is kept. */
#ifndef MAYFLY_RELAY_TRANSCRIPT_H
#define MAYFLY_RELAY_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transcript {
	bool wanted;
	uint64_t left;          /* bytes that it may still take */
	bool truncated;         /* something did not fit: nothing more is taken */
};

/* Writes a piece to standard output behind its struct relay_record, or as much of it as there is room for. */
void transcript_add(struct transcript *transcript, uint64_t at_ns, uint32_t from, const uint8_t *piece, size_t length);

#endif
