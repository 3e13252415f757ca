/*
 * empty_hooks OBJECT COMMAND...: runs a command in a new cgroup to which the object's programs are attached; the raw
 * tracepoint's to the machine.
 */
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

/* A new directory where the hierarchy of cgroup v2 is mounted, by the process's own number. */
static char *new_cgroup(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *mount;
	char *path;

	while ((mount = getmntent(mounts)) != NULL && strcmp(mount->mnt_type, "cgroup2") != 0)
		;
	if (mount == NULL)
		errx(70, "cgroup v2 is not mounted");
	CHECK(asprintf(&path, "%s/empty-hooks-%d", mount->mnt_dir, getpid()));
	endmntent(mounts);
	CHECK(mkdir(path, 0755));
	return path;
}

static void join(const char *cgroup)
{
	char path[4096];
	int procs;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	procs = CHECK(open(path, O_WRONLY | O_CLOEXEC));
	CHECK(write(procs, "0", 1));
	close(procs);
}

int main(int argc, char **argv)
{
	struct bpf_program *program;
	int status;

	if (argc < 3)
		errx(64, "usage: empty_hooks OBJECT COMMAND...");
	char *path = new_cgroup();
	int cgroup = CHECK(open(path, O_RDONLY | O_CLOEXEC));
	struct bpf_object *object = bpf_object__open(argv[1]);
	if (!object || bpf_object__load(object))
		errx(70, "%s cannot be loaded", argv[1]);
	bpf_object__for_each_program(program, object)
	{
		bool is_of_cgroup = bpf_program__type(program) != BPF_PROG_TYPE_RAW_TRACEPOINT;

		if (!(is_of_cgroup ? bpf_program__attach_cgroup(program, cgroup) : bpf_program__attach(program)))
			err(70, "%s", bpf_program__name(program));
	}
	pid_t child = CHECK(fork());
	if (child == 0) {
		join(path);
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	CHECK(waitpid(child, &status, 0));
	CHECK(rmdir(path));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
