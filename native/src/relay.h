#ifndef MAYFLY_RELAY_H
#define MAYFLY_RELAY_H

#include "protocol.h"

/*
 * What carries the words of two commands that are connected. It is a stub, in a container of its own, that executes
 * nothing: with a command's rights, at the cost of its own control group, it copies from pipe to pipe, counts, and notes
 * who lets go of which pipe when. It looks into nothing that it copies.
 *
 * Carries until nothing can come any more either way, leaves its struct relay_summary on standard error, and ends the
 * process; returns only on failure, with -errno. The ends do not block; STUB_OVER is told by `socket`.
 */
int relay_run(const struct relay_request *request, const int ends[RELAY_ENDS], int socket, uint64_t clock_offset_ns);

#endif
