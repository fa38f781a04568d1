#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_driver.h"
#include "cgroup_files.h"
#include "cgroup_tree.h"
#include "scope.h"

_Static_assert((int)CONTROLLER_COUNT == (int)CGROUP_HIERARCHIES, "a slot for each controller");
_Static_assert((int)KEPT_COUNT == (int)(sizeof((struct cgroup *)0)->files / sizeof(int)), "a place for each kept file");

static const uint32_t required = FEATURE_CGROUP | FEATURE_MEMORY | FEATURE_SWAP | FEATURE_PIDS | FEATURE_CPU;

static void clear(int *descriptors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		descriptors[i] = -1;
}

/* v1 where all of it is there, which holds for hybrid hosts too: their v2 hierarchy has no controllers. */
static const struct cgroup_driver *choose_driver(const struct cgroup_found *found)
{
	bool v1 = true, any_v1 = false;
	for (unsigned i = CONTROLLER_MEMORY; i <= CONTROLLER_CPUACCT; i++) {
		v1 = v1 && home_of(found->homes, i) >= 0;
		any_v1 = any_v1 || home_of(found->homes, i) >= 0;
	}
	if (v1 || (any_v1 && found->v2 < 0))
		return &cgroup_v1_driver;
	char controllers[FILE_TEXT_BYTES] = "";
	if (found->v2 >= 0)
		file_read_at(found->v2, "cgroup.controllers", controllers, sizeof controllers);
	if (any_v1 && !has_word(controllers, "memory"))
		return &cgroup_v1_driver;
	return found->v2 >= 0 ? &cgroup_v2_driver : &cgroup_none_driver;
}

static int open_with(struct cgroup_base *base, const struct owner *self)
{
	struct cgroup_found found;
	int error = owner_name(self, base->name, sizeof base->name);
	if (error == 0)
		error = cgroup_find(&found);
	if (error != 0)
		return error;
	base->driver = choose_driver(&found);
	base->version = base->driver->version;
	error = base->driver->open(base, self, &found);
	cgroup_found_close(&found);
	return error;
}

int cgroup_base_open(struct cgroup_base *base, uint32_t allow_missing)
{
	*base = (struct cgroup_base){ .driver = &cgroup_none_driver };
	clear(base->parents, CGROUP_HIERARCHIES);
	clear(base->roots, CGROUP_HIERARCHIES);
	struct owner self;
	int error = owner_self(&self);
	if (error == 0)
		error = open_with(base, &self);
	if (error == 0 && (base->missing & required & ~allow_missing) == 0)
		return 0;

	cgroup_base_close(base);
	if (error < 0)
		base->missing |= FEATURE_CGROUP;
	if ((allow_missing & FEATURE_CGROUP) == 0)
		return error < 0 ? error : -EOPNOTSUPP;
	base->missing = FEATURE_CGROUP | FEATURE_IO_WEIGHT;
	return 0;
}

void cgroup_base_close(struct cgroup_base *base)
{
	for (int slot = 0; slot < CGROUP_HIERARCHIES; slot++)
		cgroup_remove_root(base, slot);
	base->driver->close(base);
	for (int slot = 0; slot < CGROUP_HIERARCHIES; slot++)
		close_fd(&base->parents[slot]);
	base->driver = &cgroup_none_driver;
	base->version = 0;
}

bool cgroup_host_has_swap(void)
{
	char text[FILE_TEXT_BYTES];
	/* A heading, then a line for each. */
	int length = file_read_at(AT_FDCWD, "/proc/swaps", text, sizeof text);
	const char *line = length < 0 ? NULL : strchr(text, '\n');
	return line != NULL && line[1] != '\0';
}

uint64_t cgroup_cpu_quota_us(double cpus)
{
	double quota = cpus * CPU_PERIOD_US;
	if (!(quota > CPU_QUOTA_US_MIN))
		return CPU_QUOTA_US_MIN;
	return quota < (double)CPU_QUOTA_US_MAX ? (uint64_t)quota : CPU_QUOTA_US_MAX;
}

int cgroup_base_reopen(struct cgroup_base *base)
{
	for (int slot = 0; slot < CGROUP_HIERARCHIES; slot++) {
		close_fd(&base->parents[slot]);
		if (base->roots[slot] < 0)
			continue;
		int root = file_open(base->roots[slot], ".", O_RDONLY | O_DIRECTORY);
		if (root < 0)
			return root;
		close_fd(&base->roots[slot]);
		base->roots[slot] = root;
	}
	return 0;
}

int cgroup_make_root(struct cgroup_base *base, int slot, int parent)
{
	AUTO_CLOSE int above = file_open(parent, ".", O_RDONLY | O_DIRECTORY);
	if (above < 0)
		return above;
	if (mkdirat(above, base->name, 0755) < 0)
		return -errno;
	int root = file_open(above, base->name, O_RDONLY | O_DIRECTORY);
	if (root < 0) {
		unlinkat(above, base->name, AT_REMOVEDIR);
		return root;
	}
	base->parents[slot] = steal_fd(&above);
	base->roots[slot] = root;
	return tree_lock(root);
}

void cgroup_remove_root(struct cgroup_base *base, int slot)
{
	if (base->roots[slot] < 0)
		return;
	close_fd(&base->roots[slot]);
	tree_remove(base->parents[slot], base->name);
}

static int make_directory(struct cgroup *cgroup, int slot)
{
	int root = cgroup->base->roots[slot];
	if (root < 0)
		return 0;
	if (mkdirat(root, cgroup->name, 0755) < 0)
		return -errno;
	int directory = file_open(root, cgroup->name, O_RDONLY | O_DIRECTORY);
	if (directory < 0)
		return directory;
	cgroup->directories[slot] = directory;
	int members = file_open(directory, cgroup->base->driver->members, O_WRONLY);
	if (members < 0)
		return members;
	cgroup->members[slot] = members;
	return 0;
}

static int fill(struct cgroup *cgroup, const struct limits *limits)
{
	const struct cgroup_driver *driver = cgroup->base->driver;
	int error = 0;
	for (int slot = 0; error == 0 && slot < CGROUP_HIERARCHIES; slot++)
		error = make_directory(cgroup, slot);
	if (error == 0)
		error = driver->write_limits(cgroup, NULL, limits);
	if (error == 0)
		error = driver->open_files(cgroup);
	cgroup->limits = *limits;
	return error;
}

struct cgroup cgroup_unopened(const struct cgroup_base *base)
{
	struct cgroup cgroup = { .base = base, .event = -1 };
	clear(cgroup.directories, CGROUP_HIERARCHIES);
	clear(cgroup.members, CGROUP_HIERARCHIES);
	clear(cgroup.files, KEPT_COUNT);
	return cgroup;
}

static int create(struct cgroup *cgroup, const struct limits *limits, struct cgroup *out)
{
	int error = fill(cgroup, limits);
	if (error < 0) {
		cgroup_destroy(cgroup);
		return error;
	}
	*out = *cgroup;
	return 0;
}

int cgroup_create(const struct cgroup_base *base, uint32_t number, const struct limits *limits, struct cgroup *out)
{
	struct cgroup cgroup = cgroup_unopened(base);
	snprintf(cgroup.name, sizeof cgroup.name, "c%u", number);
	return create(&cgroup, limits, out);
}

int cgroup_divide(struct cgroup *cgroup)
{
	cgroup->divided = true;
	return cgroup->base->driver->divide == NULL ? 0 : cgroup->base->driver->divide(cgroup);
}

int cgroup_create_below(const struct cgroup *above, uint32_t number, const struct limits *limits, struct cgroup *out)
{
	struct cgroup cgroup = cgroup_unopened(above->base);
	snprintf(cgroup.name, sizeof cgroup.name, "%.11s/g%u", above->name, number);
	return create(&cgroup, limits, out);
}

int cgroup_set_limits(struct cgroup *cgroup, const struct limits *limits)
{
	int error = cgroup->base->driver->write_limits(cgroup, &cgroup->limits, limits);
	if (error == 0)
		cgroup->limits = *limits;
	return error;
}

int cgroup_join(const struct cgroup *cgroup)
{
	for (int slot = 0; slot < CGROUP_HIERARCHIES; slot++) {
		if (cgroup->members[slot] >= 0 && write(cgroup->members[slot], "0", 1) < 0)
			return -errno;
	}
	return 0;
}

static void forget_files(struct cgroup *cgroup)
{
	for (int slot = 0; slot < CGROUP_HIERARCHIES; slot++) {
		close_fd(&cgroup->directories[slot]);
		close_fd(&cgroup->members[slot]);
	}
	for (int file = 0; file < KEPT_COUNT; file++)
		close_fd(&cgroup->files[file]);
}

void cgroup_forget(struct cgroup *cgroup)
{
	close_fd(&cgroup->event);
	forget_files(cgroup);
}

/* Where that fails, so does what comes next. */
static void remove_part(const struct cgroup *cgroup, int root)
{
	char name[sizeof cgroup->name + 16];
	if (cgroup->base->driver->part == NULL)
		return;
	snprintf(name, sizeof name, "%s/%.12s", cgroup->name, cgroup->base->driver->part);
	unlinkat(root, name, AT_REMOVEDIR);
}

int cgroup_destroy(struct cgroup *cgroup)
{
	cgroup_forget(cgroup);
	int result = 0;
	for (int slot = 0; slot < CGROUP_HIERARCHIES; slot++) {
		int root = cgroup->base->roots[slot];
		if (root >= 0 && cgroup->divided)
			remove_part(cgroup, root);
		if (root >= 0 && unlinkat(root, cgroup->name, AT_REMOVEDIR) < 0 && errno != ENOENT)
			result = -errno;
	}
	return result;
}
