/* Which block of id ranges is this supervisor's: the kernel gives each to one process, and takes it back at its death. */
#ifndef MAYFLY_ID_CLAIM_H
#define MAYFLY_ID_CLAIM_H

#include <stdint.h>

enum { ID_BLOCKS = 64 };

/*
 * A descriptor that holds the claim, with the number of the block; -EUSERS: every block is taken. By a file of root's in
 * /run; where there can be none, by names that any user may hold, so that there a user can leave none free.
 */
int id_claim(uint32_t *block);
/* The two ways. -EPERM: a file of that name is not root's alone, and no claim on it would hold. */
int id_claim_by_file(int directory, uint32_t *block);
int id_claim_by_name(uint32_t *block);

#endif
