/*
 * User and group ids on the host for the containers of a sandbox: 65,536 of its own for each, where no account and no
 * other tool has any (above systemd-nspawn's, which end at 1,879,048,191).
 */
#ifndef MAYFLY_ID_RANGE_H
#define MAYFLY_ID_RANGE_H

#include <stdint.h>

/*
 * Claims a block of ranges that no other supervisor of this machine has: by the name of an abstract socket, which the
 * kernel gives to one process and takes back at its death. Returns the socket and sets *index, or gives -errno.
 */
int id_range_claim(uint32_t *index);
/* The first id of the range of container `slot`. */
uint32_t id_range_base(uint32_t index, uint32_t slot);
/* Writes the id maps of a process in a new user namespace; its ids 0 to 65,535 become those of the range. */
int id_range_map(int32_t pid, uint32_t base);

#endif
