/* One thin wrapper per raw system call that libc lacks or hides. Each returns the kernel's value, or -errno. */
#ifndef MAYFLY_SYSCALLS_H
#define MAYFLY_SYSCALLS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static inline int sys_result(long value)
{
	return value < 0 ? -errno : (int)value;
}

static inline pid_t sys_clone3(const struct clone_args *args)
{
	return (pid_t)sys_result(syscall(SYS_clone3, args, sizeof *args));
}

static inline int sys_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	return sys_result(syscall(SYS_close_range, first, last, flags));
}

static inline int sys_openat2(int directory, const char *path, const struct open_how *how)
{
	return sys_result(syscall(SYS_openat2, directory, path, how, sizeof *how));
}

/* What getdents64(2) writes: libc's readdir would allocate. */
struct directory_entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

static inline int sys_pidfd_open(pid_t pid)
{
	return sys_result(syscall(SYS_pidfd_open, pid, 0));
}

static inline int sys_pidfd_send_signal(int pidfd, int signal)
{
	return sys_result(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

static inline int sys_pivot_root(const char *root, const char *old)
{
	return sys_result(syscall(SYS_pivot_root, root, old));
}

/* Requests are 32 bits wide with the highest in use, which is no int: musl's ioctl takes one. */
static inline int sys_ioctl(int fd, unsigned long request, void *argument)
{
	return sys_result(syscall(SYS_ioctl, fd, request, argument));
}

/* Linux 6.11: PIDFD_GET_USER_NAMESPACE */
static inline int sys_pidfd_user_namespace(int pidfd)
{
	return sys_ioctl(pidfd, 0xff09, NULL);
}

static inline int sys_fsopen(const char *type)
{
	return sys_result(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
}

static inline int sys_fspick(int directory, const char *path)
{
	return sys_result(syscall(SYS_fspick, directory, path, FSPICK_CLOEXEC));
}

static inline int sys_fsconfig_string(int context, const char *key, const char *value)
{
	return sys_result(syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, key, value, 0));
}

static inline int sys_fsconfig_flag(int context, const char *key)
{
	return sys_result(syscall(SYS_fsconfig, context, FSCONFIG_SET_FLAG, key, NULL, 0));
}

static inline int sys_fsconfig_command(int context, unsigned int command)
{
	return sys_result(syscall(SYS_fsconfig, context, command, NULL, NULL, 0));
}

static inline int sys_fsmount(int context, unsigned int attributes)
{
	return sys_result(syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes));
}

static inline int sys_open_tree(int directory, const char *path, unsigned int flags)
{
	return sys_result(syscall(SYS_open_tree, directory, path, flags | OPEN_TREE_CLOEXEC));
}

/* Both ends by descriptor: the mount `from` comes to stand on the file or directory `onto`. */
static inline int sys_move_mount(int from, int onto)
{
	return sys_result(syscall(SYS_move_mount, from, "", onto, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}

static inline int sys_mount_setattr(int mount, unsigned int flags, const struct mount_attr *attributes)
{
	return sys_result(syscall(SYS_mount_setattr, mount, "", flags | AT_EMPTY_PATH, attributes, sizeof *attributes));
}

static inline int sys_capset_none(void)
{
	const struct {
		uint32_t version;
		int pid;
	} header = { 0x20080522 /* _LINUX_CAPABILITY_VERSION_3 */, 0 };
	const uint32_t sets[2][3] = { { 0, 0, 0 }, { 0, 0, 0 } };

	return sys_result(syscall(SYS_capset, &header, sets));
}

static inline int sys_seccomp_filter(const void *program, unsigned int flags)
{
	return sys_result(syscall(SYS_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, flags, program));
}

static inline int sys_landlock_create_ruleset(const void *attributes, size_t size, unsigned int flags)
{
	return sys_result(syscall(SYS_landlock_create_ruleset, attributes, size, flags));
}

static inline int sys_landlock_add_path(int ruleset, const void *path_beneath)
{
	return sys_result(syscall(SYS_landlock_add_rule, ruleset, 1 /* LANDLOCK_RULE_PATH_BENEATH */, path_beneath, 0));
}

static inline int sys_landlock_restrict_self(int ruleset)
{
	return sys_result(syscall(SYS_landlock_restrict_self, ruleset, 0));
}

static inline int sys_join_new_session_keyring(void)
{
	return sys_result(syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL, 0, 0, 0));
}

#endif
