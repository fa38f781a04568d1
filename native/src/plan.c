#define _GNU_SOURCE
#include "plan.h"

#include <errno.h>
#include <string.h>

int64_t plan_read_entry(const uint8_t *bytes, uint64_t left, struct plan_entry *out)
{
	struct root_entry head;
	uint64_t all;

	if (left < sizeof head)
		return -EBADMSG;
	memcpy(&head, bytes, sizeof head);
	all = sizeof head + (uint64_t)head.target_bytes + head.source_bytes;
	if (all > left || head.target_bytes == 0 || head.target_bytes >= sizeof out->target)
		return -EBADMSG;
	out->kind = head.kind;
	out->mode = head.mode & 07777;
	out->modified_ns = head.modified_ns;
	memcpy(out->target, bytes + sizeof head, head.target_bytes);
	out->target[head.target_bytes] = '\0';
	out->source = bytes + sizeof head + head.target_bytes;
	out->source_bytes = head.source_bytes;
	return (int64_t)all;
}

int plan_own_parts(const uint8_t *bytes, uint64_t left, uint32_t count, char *paths, struct own_parts *out)
{
	struct own_parts parts = { .paths = paths };
	struct plan_entry entry;

	for (uint32_t i = 0; i < count; i++) {
		const int64_t taken = plan_read_entry(bytes, left, &entry);

		if (taken < 0)
			return (int)taken;
		bytes += taken;
		left -= (uint64_t)taken;
		if (entry.kind != ROOT_OWN_INODES)
			continue;
		if (parts.count++ == OWN_PARTS_MAX)
			return -E2BIG;
		*paths++ = '/';
		paths = stpcpy(paths, entry.target) + 1;
	}
	*out = parts;
	return 0;
}

/* "/", then `bytes` of text, then NUL; where that begins, and past its end. */
static const char *keep_path(char **paths, const void *text, size_t bytes)
{
	char *kept = *paths;

	kept[0] = '/';
	memcpy(kept + 1, text, bytes);
	kept[bytes + 1] = '\0';
	*paths = kept + bytes + 2;
	return kept;
}

int plan_host_mounts(const uint8_t *bytes, uint64_t left, uint32_t count, char *paths, struct host_mounts *out)
{
	struct host_mounts mounts = { .count = 0 };
	struct plan_entry entry;

	for (uint32_t i = 0; i < count; i++) {
		const int64_t taken = plan_read_entry(bytes, left, &entry);

		if (taken < 0)
			return (int)taken;
		bytes += taken;
		left -= (uint64_t)taken;
		if (entry.kind != ROOT_MOUNT)
			continue;
		if (mounts.count == HOST_MOUNTS_MAX)
			return -E2BIG;
		if (entry.source_bytes == 0 || entry.source_bytes >= PATH_MAX)
			return -EBADMSG;
		mounts.list[mounts.count++] = (struct host_mount){
			.target = keep_path(&paths, entry.target, strlen(entry.target)),
			.source = keep_path(&paths, entry.source, entry.source_bytes),
			.writable = (entry.mode & 0200) != 0,
		};
	}
	*out = mounts;
	return 0;
}
