/* Which directories of a plan are shown through inodes of each container's own. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "check.h"
#include "plan.h"

enum { PLAN_BYTES = 4096 };

struct plan {
	uint8_t bytes[PLAN_BYTES];
	uint64_t length;
	uint32_t count;
};

static void add(struct plan *plan, enum root_kind kind, const char *target)
{
	const struct root_entry head = { .kind = (uint32_t)kind, .target_bytes = (uint32_t)strlen(target) };

	memcpy(plan->bytes + plan->length, &head, sizeof head);
	memcpy(plan->bytes + plan->length + sizeof head, target, strlen(target));
	plan->length += sizeof head + strlen(target);
	plan->count++;
}

static void in_their_order(void)
{
	struct plan plan = { .length = 0 };
	struct own_parts parts = { .count = 7 };
	char paths[PLAN_BYTES];

	add(&plan, ROOT_DIRECTORY, "etc");
	add(&plan, ROOT_OWN_INODES, "etc");
	add(&plan, ROOT_BIND, "etc/fonts");
	add(&plan, ROOT_OWN_INODES, "etc/fonts");
	check(plan_own_parts(plan.bytes, plan.length, plan.count, paths, &parts) == 0 && parts.count == 2 &&
	              memcmp(parts.paths, "/etc\0/etc/fonts", sizeof "/etc\0/etc/fonts") == 0,
	      "they come as absolute paths, in the plan's order, and nothing else of the plan does");
}

static void bounded(void)
{
	struct plan plan = { .length = 0 };
	struct own_parts parts = { .count = 7 };
	char paths[PLAN_BYTES];

	for (int i = 0; i < OWN_PARTS_MAX; i++)
		add(&plan, ROOT_OWN_INODES, "usr");
	check(plan_own_parts(plan.bytes, plan.length, plan.count, paths, &parts) == 0 && parts.count == OWN_PARTS_MAX,
	      "as many as there may be are taken");
	add(&plan, ROOT_OWN_INODES, "usr");
	parts.count = 7;
	check(plan_own_parts(plan.bytes, plan.length, plan.count, paths, &parts) == -E2BIG && parts.count == 7,
	      "one more is refused, and leaves nothing");
	check(plan_own_parts(plan.bytes, plan.length - 1, plan.count - 1, paths, &parts) == 0 &&
	              plan_own_parts(plan.bytes, 3, 1, paths, &parts) == -EBADMSG,
	      "an entry that is cut short is refused");
}

static void add_mount(struct plan *plan, const char *target, const char *source, uint32_t mode)
{
	struct root_entry head;
	const uint64_t at = plan->length;

	add(plan, ROOT_MOUNT, target);
	memcpy(&head, plan->bytes + at, sizeof head);
	head.source_bytes = (uint32_t)strlen(source);
	head.mode = mode;
	memcpy(plan->bytes + at, &head, sizeof head);
	memcpy(plan->bytes + plan->length, source, strlen(source));
	plan->length += strlen(source);
}

static void mounts_of_the_host(void)
{
	struct plan plan = { .length = 0 };
	struct host_mounts mounts = { .count = 7 };
	char paths[PLAN_BYTES];

	add(&plan, ROOT_BIND, "tmp/0");
	add_mount(&plan, "data", "tmp/0", 0400);
	add_mount(&plan, "data/in", "tmp/1", 0600);
	check(plan_host_mounts(plan.bytes, plan.length, plan.count, paths, &mounts) == 0 && mounts.count == 2,
	      "what is mounted from the host is found, and nothing else");
	check(strcmp(mounts.list[0].target, "/data") == 0 && strcmp(mounts.list[0].source, "/tmp/0") == 0 &&
	              !mounts.list[0].writable,
	      "each with where it comes from and where to");
	check(strcmp(mounts.list[1].target, "/data/in") == 0 && strcmp(mounts.list[1].source, "/tmp/1") == 0 &&
	              mounts.list[1].writable,
	      "and whether it can be written to");
}

static void mounts_bounded(void)
{
	struct plan plan = { .length = 0 };
	struct host_mounts mounts = { .count = 7 };
	char paths[PLAN_BYTES];

	for (int i = 0; i < HOST_MOUNTS_MAX; i++)
		add_mount(&plan, "data", "tmp/0", 0400);
	check(plan_host_mounts(plan.bytes, plan.length, plan.count, paths, &mounts) == 0 && mounts.count == HOST_MOUNTS_MAX,
	      "as many as there may be are taken");
	add_mount(&plan, "data", "tmp/0", 0400);
	mounts.count = 7;
	check(plan_host_mounts(plan.bytes, plan.length, plan.count, paths, &mounts) == -E2BIG && mounts.count == 7,
	      "one more is refused, and leaves nothing");
	plan = (struct plan){ .length = 0 };
	add_mount(&plan, "data", "", 0400);
	check(plan_host_mounts(plan.bytes, plan.length, plan.count, paths, &mounts) == -EBADMSG, "one from nowhere is refused");
}

int main(void)
{
	mounts_of_the_host();
	mounts_bounded();
	in_their_order();
	bounded();
	return check_report();
}
