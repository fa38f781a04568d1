#define _GNU_SOURCE
#include "configuration.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "plan.h"
#include "transfer.h"

static bool is_filter(uint32_t bytes)
{
	return bytes > 0 && bytes % sizeof(struct sock_filter) == 0 && bytes / sizeof(struct sock_filter) <= BPF_MAXINSNS;
}

static bool is_sound(const struct configure *head, uint32_t length)
{
	const uint64_t sections = (uint64_t)head->runtime_dir_bytes + head->filter_bytes + head->root_bytes +
	                          (uint64_t)head->notify_count * sizeof(struct notify_rule) + head->plain_filter_bytes;

	return length == sizeof *head + sections && head->violation_max <= VIOLATIONS_MAX &&
	       is_filter(head->filter_bytes) && (head->notify_count == 0 || is_filter(head->plain_filter_bytes)) &&
	       head->runtime_dir_bytes > 0 && head->runtime_dir_bytes < PATH_MAX;
}

int configuration_split(struct configure *head, struct configuration *out)
{
	const uint8_t *at = out->payload + sizeof *head;
	struct configure found;

	if (out->length < sizeof found)
		return -EBADMSG;
	memcpy(&found, out->payload, sizeof found);
	if (found.version != PROTOCOL_VERSION)
		return -EPROTONOSUPPORT;
	if (!is_sound(&found, out->length))
		return -EBADMSG;
	memcpy(out->runtime_dir, at, found.runtime_dir_bytes);
	out->runtime_dir[found.runtime_dir_bytes] = '\0';
	out->filter = at + found.runtime_dir_bytes;
	out->root = out->filter + found.filter_bytes;
	out->rules = out->root + found.root_bytes;
	out->plain_filter = out->rules + found.notify_count * sizeof(struct notify_rule);
	*head = found;
	return 0;
}

int configuration_read(int node, struct configure *head, struct configuration *out)
{
	struct frame_header header;
	int error = receive_exactly(node, &header, sizeof header);

	if (error < 0)
		return error;
	if (header.type != FRAME_CONFIGURE || header.length == 0 || header.length > FRAME_LENGTH_MAX)
		return -EBADMSG;
	out->payload = mmap(NULL, header.length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (out->payload == MAP_FAILED) {
		out->payload = NULL;
		return -errno;
	}
	out->length = header.length;
	error = receive_exactly(node, out->payload, header.length);
	return error < 0 ? error : configuration_split(head, out);
}

void configuration_name_entry(const struct configure *head, const struct configuration *in, uint32_t entry, char *text,
                              size_t size)
{
	struct plan_entry found = { .target = "" };
	uint64_t offset = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i <= entry; i++) {
		const int64_t taken = plan_read_entry(in->root + offset, head->root_bytes - offset, &found);

		if (taken < 0)
			return;
		offset += (uint64_t)taken;
	}
	(void)snprintf(text, size, "%s", found.target);
}

void configuration_free(struct configuration *in)
{
	if (in->payload != NULL)
		(void)munmap(in->payload, in->length);
	in->payload = NULL;
}
