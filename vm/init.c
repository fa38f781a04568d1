/*
 * Process 1 of the test machine. Its file system is the host's, read-only through virtiofs, with memory laid over it for
 * what is written; what is mounted below the host's root does not show. Runs the script that MAYFLY_SCRIPT names (the
 * kernel hands unknown words of its command line on as environment), prints how it ended, and switches the machine off;
 * or gives its place to the script that MAYFLY_BOOT names.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	printf("machine: %s: %s\n", what, strerror(errno));
	reboot(RB_POWER_OFF);
	_exit(1);
}

/* 1: loaded. 0: it needs another one first, which shows as ENOENT: finit_module(2). */
static int load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path);
	long result = syscall(SYS_finit_module, fd, "", 0);
	if (result < 0 && errno != EEXIST && errno != ENOENT)
		die(path);
	close(fd);
	return result == 0 || errno == EEXIST;
}

/* In whatever order: as many rounds as there are modules put them into the right one. */
static void load_modules(const char *folder)
{
	DIR *listing = opendir(folder);
	if (listing == NULL)
		die(folder);
	for (int round = 0, waiting = 1; waiting > 0; round++) {
		char path[512];
		waiting = 0;
		rewinddir(listing);
		for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
			snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
			if (entry->d_name[0] != '.' && load_module(path) == 0)
				waiting++;
		}
		if (waiting > 0 && round > 32) {
			errno = ENOENT;
			die("a module that one of these needs");
		}
	}
	closedir(listing);
}

struct place {
	const char *source, *target, *type;
	unsigned long flags;
	const char *options;
};

static void mount_all(const struct place *places)
{
	for (const struct place *place = places; place->target != NULL; place++) {
		mkdir(place->target, 0755);
		if (mount(place->source, place->target, place->type, place->flags, place->options) < 0)
			die(place->target);
	}
}

static const struct place before_root[] = {
	{ "dev", "/dev", "devtmpfs", 0, NULL },
	{ 0 },
};

static const struct place root[] = {
	{ "host", "/lower", "virtiofs", MS_RDONLY, NULL },
	{ "memory", "/memory", "tmpfs", 0, "mode=755" },
	{ 0 },
};

static const struct place in_root[] = {
	{ "overlay", "/root", "overlay", 0, "lowerdir=/lower,upperdir=/memory/upper,workdir=/memory/work" },
	{ "dev", "/root/dev", "devtmpfs", 0, NULL },
	{ "pts", "/root/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "mode=600,ptmxmode=666" },
	{ "shm", "/root/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, NULL },
	{ "proc", "/root/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "sys", "/root/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
	{ "cgroup2", "/root/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, "nsdelegate" },
	{ "run", "/root/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755" },
	{ 0 },
};

static void enter_root(void)
{
	mkdir("/memory/upper", 0755);
	mkdir("/memory/work", 0755);
	mount_all(in_root);
	if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
		die("/root");
}

static void open_console(void)
{
	int console = open("/dev/console", O_RDWR);
	for (int fd = 0; console >= 0 && fd < 3; fd++)
		dup2(console, fd);
	setvbuf(stdout, NULL, _IONBF, 0);
}

static int run_script(const char *script)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		setsid();
		execl("/bin/bash", "bash", script, (char *)NULL);
		die(script);
	}
	while (wait(&status) != pid)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(void)
{
	const char *script = getenv("MAYFLY_SCRIPT"), *boot = getenv("MAYFLY_BOOT");
	mount_all(before_root);
	open_console();
	if (script == NULL && boot == NULL)
		die("MAYFLY_SCRIPT");
	load_modules("/modules");
	mount_all(root);
	enter_root();
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	sethostname("machine", 7);
	if (boot != NULL) {
		execl("/bin/bash", "bash", boot, (char *)NULL);
		die(boot);
	}
	printf("machine: the script ended with %d\n", run_script(script));
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
