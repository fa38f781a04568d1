#ifndef MAYFLY_NEW_MOUNT_H
#define MAYFLY_NEW_MOUNT_H

/*
 * A new file system, mounted on the directory `onto`. `options` are pairs of name and value, ended by NULL;
 * `attributes` are MOUNT_ATTR_*. 0 or -errno.
 */
int mount_new(int onto, const char *type, const char *const options[][2], unsigned int attributes);

#endif
