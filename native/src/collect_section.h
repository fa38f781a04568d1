/* The collect section of a request, as init gets it. */
#ifndef MAYFLY_COLLECT_SECTION_H
#define MAYFLY_COLLECT_SECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.h"

/* It comes in packets of at most PACKET_BYTES. 0 or -errno. */
int collect_receive(int socket, uint8_t *out, uint64_t bytes);
/* Whether as many strings as the head says follow it, each of a kind that there is, and nothing behind them. */
bool collect_is_whole(const struct collect_request *head, const char *strings, uint64_t bytes);

#endif
