/* Inside a container, as its init: a file of the home is covered by one that is shared with others. */
#ifndef MAYFLY_BLOB_H
#define MAYFLY_BLOB_H

#include <stdint.h>

#include "descriptors.h"

/* Carries out ORDER_BLOB, whose path of so many bytes is still to come, and answers. 0, or -errno where init cannot go on. */
int blob_obey(int socket, uint64_t path_bytes, const struct descriptors *with);

#endif
