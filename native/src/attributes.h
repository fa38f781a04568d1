/*
 * Extended attributes of a packed tree, as a section: struct packed_attribute, each with its name and its value. Only
 * those of users are kept (xattr(7), "user."), and of these not the marks of an overlay. Capabilities of files, labels
 * and access lists are none of a home's to keep: what unpacks them gives nothing that it was not given.
 */
#ifndef MAYFLY_ATTRIBUTES_H
#define MAYFLY_ATTRIBUTES_H

#include <stddef.h>
#include <stdint.h>

/* So many bytes of `out` are the section of an open file, or -errno: -E2BIG where they are more than one may have. */
int attributes_read(int file, uint8_t *out, size_t room);
/* Gives an open file what a section says; nothing where the file system has no such attributes. 0 or -errno. */
int attributes_write(int file, const uint8_t *section, size_t bytes);

#endif
