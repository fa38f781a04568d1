#include "cgroup_driver.h"

static int open_none(struct cgroup_base *base, const struct owner *self, struct cgroup_found *found)
{
	(void)self;
	(void)found;
	base->missing = FEATURE_CGROUP | FEATURE_IO_WEIGHT;
	return 0;
}

static void close_none(struct cgroup_base *base)
{
	(void)base;
}

static int succeed(struct cgroup *cgroup)
{
	(void)cgroup;
	return 0;
}

static int write_no_limits(const struct cgroup *cgroup, const struct limits *old, const struct limits *new)
{
	(void)cgroup;
	(void)old;
	(void)new;
	return 0;
}

static bool reset_nothing(const struct cgroup *cgroup)
{
	(void)cgroup;
	return false;
}

static int read_no_cpu(const struct cgroup *cgroup, uint64_t *out)
{
	(void)cgroup;
	*out = 0;
	return 0;
}

static int read_nothing(const struct cgroup *cgroup, struct cgroup_counters *out)
{
	(void)cgroup;
	*out = (struct cgroup_counters){ 0 };
	return 0;
}

static int was_never_short(const struct cgroup *cgroup, const struct cgroup *above)
{
	(void)cgroup;
	(void)above;
	return 0;
}

const struct cgroup_driver cgroup_none_driver = {
	.version = 0,
	.open = open_none,
	.close = close_none,
	.open_files = succeed,
	.write_limits = write_no_limits,
	.reset_peaks = reset_nothing,
	.read_cpu_ns = read_no_cpu,
	.read = read_nothing,
	.take_event = succeed,
	.was_short_above = was_never_short,
};
