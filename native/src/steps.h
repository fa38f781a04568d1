/* Where something failed. Only {step, errno} leaves the C code; the sentence is made in TypeScript. */
#ifndef MAYFLY_STEPS_H
#define MAYFLY_STEPS_H

enum step {
	STEP_NONE = 0,

	/* the supervisor's start */
	STEP_PROTOCOL = 1,        /* a frame that is not to be understood */
	STEP_CGROUP_FIND = 2,     /* no cgroup hierarchy that can be used */
	STEP_CGROUP_BASE = 3,     /* making the sandbox's own cgroup */
	STEP_ID_RANGE = 4,        /* claiming a range of user ids */
	STEP_NAMESPACE = 5,       /* the supervisor's own mount namespace */
	STEP_ROOT_MOUNT = 6,      /* the file system that the root stands on */
	STEP_ROOT_ENTRY = 7,      /* one entry of the root's plan */
	STEP_ROOT_PIVOT = 8,
	STEP_SUPERVISOR = 9,      /* memory, descriptors, epoll */
	STEP_MOUNT_IDS = 10,      /* giving a writable mount the ids of the container */

	/* making a container, outside */
	STEP_CGROUP = 20,         /* its cgroup: made, limited or read */
	STEP_CHANNELS = 21,       /* its sockets and pipes */
	STEP_CLONE = 22,
	STEP_ID_MAPS = 23,

	/* making a container, inside, as its init */
	STEP_IDENTITY = 40,       /* becoming root of its own user namespace */
	STEP_PARENT_DEATH = 41,
	STEP_HOST_NAME = 42,
	STEP_KEYRING = 43,
	STEP_PROC = 44,
	STEP_DISK = 45,           /* the private tmpfs, and its parts */
	STEP_MESSAGE_QUEUES = 46,
	STEP_FORK = 47,
	STEP_TIME_NAMESPACE = 48,
	STEP_IMAGE = 49,          /* the image, through inodes of the container's own */
	STEP_TERMINAL = 50,       /* the devpts, and the terminal in it */
	STEP_LOOPBACK = 51,       /* its loopback device, brought up */
	STEP_PROC_MASK = 52,      /* covering what a whole /proc shows of the machine */
	STEP_MOUNT = 53,          /* attaching what of the host was asked for */
	STEP_LAYER = 54,          /* showing a layer, or keeping one */
	STEP_CHANGES = 55,        /* remembering what is in the home, to tell what changed */
	STEP_GUEST = 56,          /* starting one more command in a container that is kept open */

	/* inside, as the stub that becomes the command */
	STEP_CGROUP_JOIN = 60,
	STEP_CGROUP_NAMESPACE = 61,
	STEP_DESCRIPTORS = 62,
	STEP_SESSION = 63,
	STEP_SIGNALS = 64,
	STEP_INHERITED = 65,      /* nice, umask, affinity, personality, ... */
	STEP_CAPABILITIES = 66,
	STEP_CREDENTIALS = 67,
	STEP_NO_NEW_PRIVILEGES = 68,
	STEP_FILTER = 69,
	STEP_REQUEST = 70,        /* reading the request */
	STEP_FILES = 71,
	STEP_LIMITS = 72,
	STEP_WORKING_DIRECTORY = 73,
	STEP_EXEC = 74,
	STEP_LANDLOCK = 75,
	STEP_UNPACK = 76,         /* filling the home with a packed tree */
};

#endif
