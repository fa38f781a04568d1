/* A user namespace that exists for its maps alone: what an idmapped mount goes by (mount_setattr(2)). */
#ifndef MAYFLY_ID_MAPPING_H
#define MAYFLY_ID_MAPPING_H

#include <sys/types.h>

/*
 * Its descriptor, or -errno. Files of `disk_user` and `disk_group` are shown as those of `user` and `group`, and what
 * these make is stored as the former's; no other id of the disk is anyone's there.
 */
int id_mapping_open(uid_t disk_user, uid_t user, gid_t disk_group, gid_t group);

#endif
