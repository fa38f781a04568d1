/* The first frame, whole and broken. */
#include <errno.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"
#include "configuration.h"
#include "scope.h"
#include "scratch.h"

static const struct sock_filter allow = { .code = BPF_RET | BPF_K, .k = 0x7fff0000 };

static void add_entry(struct pieces *pieces, const char *target, uint32_t target_bytes)
{
	const struct root_entry head = { .kind = ROOT_DIRECTORY, .mode = 0755, .target_bytes = target_bytes };
	pieces_add(pieces, &head, sizeof head);
	pieces_add(pieces, target, strlen(target));
}

/* A configuration with the entries given, and what `change` makes of its head. */
static struct pieces frame(const struct pieces *entries, void (*change)(struct configure *head))
{
	struct configure head = {
		.version = PROTOCOL_VERSION, .runtime_dir_bytes = 2, .filter_bytes = sizeof allow, .root_count = 2,
		.root_bytes = (uint32_t)entries->count,
	};
	struct pieces pieces = { .count = 0 };
	if (change != NULL)
		change(&head);
	pieces_add(&pieces, &head, sizeof head);
	pieces_add(&pieces, "/r", 2);
	pieces_add(&pieces, &allow, sizeof allow);
	pieces_add(&pieces, entries->bytes, entries->count);
	return pieces;
}

static int split(struct pieces *pieces, struct configure *head, struct configuration *in)
{
	*in = (struct configuration){ .payload = pieces->bytes, .length = (uint32_t)pieces->count };
	return configuration_split(head, in);
}

static int split_changed(void (*change)(struct configure *head))
{
	const struct pieces none = { .count = 0 };
	struct pieces pieces = frame(&none, change);
	struct configure head;
	struct configuration in;
	return split(&pieces, &head, &in);
}

static void newer(struct configure *head)
{
	head->version++;
}

static void no_directory(struct configure *head)
{
	head->runtime_dir_bytes = 0;
	head->root_bytes += 2;
}

static void no_filter(struct configure *head)
{
	head->filter_bytes = 0;
	head->root_bytes += sizeof allow;
}

static void half_a_filter(struct configure *head)
{
	head->filter_bytes -= 4;
	head->root_bytes += 4;
}

static void past_the_end(struct configure *head)
{
	head->root_bytes++;
}

static void past_zero(struct configure *head)
{
	head->root_bytes -= 16;
	head->plain_filter_bytes = UINT32_MAX;
	head->notify_count = 0x10000001;
}

static void no_plain_filter(struct configure *head)
{
	head->notify_count = 1;
	head->root_bytes -= 16;
}

static void many_violations(struct configure *head)
{
	head->violation_max = VIOLATIONS_MAX + 1;
}

static void broken(void)
{
	check(split_changed(NULL) == 0, "a whole configuration is taken");
	check(split_changed(newer) == -EPROTONOSUPPORT, "another version is told as that");
	check(split_changed(past_the_end) == -EBADMSG, "sections past the end of the frame are refused");
	check(split_changed(past_zero) == -EBADMSG, "sections whose sum passes 2^32 are refused");
	check(split_changed(no_directory) == -EBADMSG, "a runtime directory without a name is refused");
	check(split_changed(no_filter) == -EBADMSG && split_changed(half_a_filter) == -EBADMSG, "a filter is whole instructions");
	check(split_changed(no_plain_filter) == -EBADMSG, "rules without a filter for hosts that refuse them are refused");
	check(split_changed(many_violations) == -EBADMSG, "more kinds of violations than there are places are refused");
}

static void named(void)
{
	struct pieces entries = { .count = 0 };
	struct configure head;
	struct configuration in;
	char text[64] = "x";
	add_entry(&entries, "etc", 3);
	add_entry(&entries, "usr/lib", 7);
	struct pieces pieces = frame(&entries, NULL);
	check(split(&pieces, &head, &in) == 0 && strcmp(in.runtime_dir, "/r") == 0, "the runtime directory is found");
	configuration_name_entry(&head, &in, 1, text, sizeof text);
	check(strcmp(text, "usr/lib") == 0, "an entry at fault is named");
	configuration_name_entry(&head, &in, 2, text, sizeof text);
	check(text[0] == '\0', "an entry that is not there has no name");

	/* the frame ends where the entry says that it goes on: nothing is read there */
	entries.count = 0;
	add_entry(&entries, "etc", 3);
	add_entry(&entries, "usr", UINT32_MAX);
	pieces = frame(&entries, NULL);
	check(split(&pieces, &head, &in) == 0, "the entries of a frame are not looked at yet");
	configuration_name_entry(&head, &in, 1, text, sizeof text);
	check(text[0] == '\0', "an entry that is longer than any path has no name");
	entries.count = 0;
	add_entry(&entries, "etc", 3);
	add_entry(&entries, "usr", 4);
	pieces = frame(&entries, NULL);
	(void)split(&pieces, &head, &in);
	configuration_name_entry(&head, &in, 1, text, sizeof text);
	check(text[0] == '\0', "an entry that is longer than its plan has no name");
}

static int read_frame(uint32_t type, uint32_t length, const struct pieces *payload)
{
	struct pieces pieces = { .count = 0 };
	const struct frame_header header = { .type = type, .length = length };
	struct configuration in = { .payload = NULL };
	struct configure head;
	pieces_add(&pieces, &header, sizeof header);
	pieces_add(&pieces, payload->bytes, payload->count);
	AUTO_CLOSE int socket = socket_with(SOCK_STREAM, pieces.bytes, pieces.count, NULL);
	const int error = configuration_read(socket, &head, &in);
	configuration_free(&in);
	return error;
}

static void received(void)
{
	const struct pieces none = { .count = 0 };
	const struct pieces payload = frame(&none, NULL);
	const uint32_t length = (uint32_t)payload.count;
	check(read_frame(FRAME_CONFIGURE, length, &payload) == 0, "a configuration is received");
	check(read_frame(FRAME_RUN, length, &payload) == -EBADMSG, "another frame is not taken for one");
	check(read_frame(FRAME_CONFIGURE, length + 1, &payload) == -EPIPE, "one that is cut off is refused");
	check(read_frame(FRAME_CONFIGURE, 0, &none) == -EBADMSG, "an empty one is refused");
	check(read_frame(FRAME_CONFIGURE, FRAME_LENGTH_MAX + 1, &payload) == -EBADMSG, "one that is too long is refused");
	check(read_frame(FRAME_CONFIGURE, 100, &payload) == -EBADMSG, "one shorter than its head is refused");
}

int main(void)
{
	broken();
	named();
	received();
	return check_report();
}
