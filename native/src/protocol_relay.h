/* The wire, of two runs that are connected: what their relay is asked for, and what it leaves. Part of protocol.h. */
#ifndef MAYFLY_PROTOCOL_RELAY_H
#define MAYFLY_PROTOCOL_RELAY_H

#include <stdint.h>

struct relay_request {
	uint64_t bytes_max[2];        /* that the left and the right one may write */
	uint64_t transcript_bytes;    /* written to standard output as struct relay_record with contents; 0: none */
};

/* One piece of a transcript: this, then `bytes` of what was written. */
struct relay_record {
	uint64_t at_ns;               /* CLOCK_MONOTONIC, as in struct trace */
	uint32_t from;                /* PAIR_LEFT or PAIR_RIGHT */
	uint32_t bytes;
};

/* In place of one side: both at once, as far as was seen. */
enum { RELAY_BOTH = 2 };

/* What a relay leaves on its standard error, of what the left one wrote and of what the right one wrote. */
struct relay_summary {
	uint64_t bytes[2];            /* read; more than it may be: it ended for that */
	uint64_t ended_ns[2];         /* when this way ended, ... */
	uint32_t ended_by[2];         /* ... and who let go of it first: PAIR_LEFT or PAIR_RIGHT */
	uint32_t transcript_truncated; /* 1: it had no room for everything */
	uint32_t ended_first;         /* who let go of both of its pipes first: PAIR_LEFT, PAIR_RIGHT or RELAY_BOTH */
};

#endif
