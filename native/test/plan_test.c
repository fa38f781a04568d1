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

int main(void)
{
	in_their_order();
	bounded();
	return check_report();
}
