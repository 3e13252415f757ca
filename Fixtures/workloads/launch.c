#include "launch.h"

#include <libgen.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "stopwatch.h"

static const char *const via_names[] = {"fork", "vfork", "posix_spawn", "fork-only"};

struct options parse_options(const char *workload, int argc, char **argv)
{
	struct options options = {.workload = workload, .via = VIA_FORK, .lists = true};

	if (argc < 2)
		errx(64, "usage: %s N [--via fork|vfork|posix_spawn|fork-only] [--no-list]", workload);
	options.children = number(argv[1]);
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--no-list") == 0) {
			options.lists = false;
			continue;
		}
		if (strcmp(argv[i], "--via") != 0 || ++i == argc)
			errx(64, "unknown option: %s", argv[i == argc ? i - 1 : i]);
		options.via = VIA_FORK;
		while (options.via <= VIA_FORK_ONLY && strcmp(argv[i], via_names[options.via]) != 0)
			options.via++;
		if (options.via > VIA_FORK_ONLY)
			errx(64, "--via knows no %s", argv[i]);
	}
	options.start = seconds();
	return options;
}

int code_of(size_t child)
{
	return (int)(child % 250);
}

struct exits *new_exits(size_t capacity)
{
	struct exits *exits = calloc(1, sizeof(*exits) + capacity * sizeof(exits->list[0]));

	if (exits == NULL)
		err(70, "calloc");
	return exits;
}

static const char *helper_path(void)
{
	static char path[PATH_MAX];

	if (path[0] == '\0') {
		char own[PATH_MAX] = "";

		CHECK(readlink("/proc/self/exe", own, sizeof(own) - 1));
		if ((size_t)snprintf(path, sizeof(path), "%s/exit-with", dirname(own)) >= sizeof(path))
			errx(70, "the path of exit-with is too long");
	}
	return path;
}

static pid_t launch_by_spawn(const char *path, char **arguments, int standard_input, int standard_output)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	if (standard_input >= 0)
		posix_spawn_file_actions_adddup2(&actions, standard_input, STDIN_FILENO);
	if (standard_output >= 0)
		posix_spawn_file_actions_adddup2(&actions, standard_output, STDOUT_FILENO);
	int error = posix_spawn(&pid, path, &actions, NULL, arguments, environ);
	if (error != 0)
		errx(70, "posix_spawn: %s", strerror(error));
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

pid_t launch(enum via via, int code, int standard_input, int standard_output)
{
	const char *path = helper_path();
	char text[16];
	char *arguments[] = {"exit-with", text, standard_input >= 0 ? "wait" : NULL, NULL};
	pid_t pid;

	snprintf(text, sizeof(text), "%d", code);
	if (via == VIA_POSIX_SPAWN)
		return launch_by_spawn(path, arguments, standard_input, standard_output);
	pid = CHECK(via == VIA_VFORK ? vfork() : fork());
	if (pid != 0)
		return pid;
	if (standard_input >= 0)
		dup2(standard_input, STDIN_FILENO);
	if (standard_output >= 0)
		dup2(standard_output, STDOUT_FILENO);
	if (via != VIA_FORK_ONLY) {
		execv(path, arguments);
		_exit(255);
	}
	if (standard_input >= 0) {
		char byte;

		/* Without an exec nothing closes the parent's ends of the pipes. */
		close_range(3, ~0U, 0);
		if (write(STDOUT_FILENO, "r", 1) == 1)
			while (read(STDIN_FILENO, &byte, 1) > 0)
				;
	}
	_exit(code);
}

void reap(struct exits *exits)
{
	int status;
	pid_t pid = CHECK(wait(&status));

	if (!WIFEXITED(status))
		errx(70, "child %d ended by signal %d", pid, WTERMSIG(status));
	exits->list[exits->count].pid = pid;
	exits->list[exits->count].code = WEXITSTATUS(status);
	exits->count++;
}

void print_exits(const struct options *options, const struct exits *exits)
{
	printf("{\"workload\":\"%s\",\"via\":\"%s\",\"pid\":%d,\"seconds\":%.6f,\"children\":%zu", options->workload,
	       via_names[options->via], getpid(), seconds() - options->start, exits->count);
	if (options->lists) {
		printf(",\"exits\":[");
		for (size_t i = 0; i < exits->count; i++)
			printf("%s[%d,%d]", i ? "," : "", exits->list[i].pid, exits->list[i].code);
		printf("]");
	}
	printf("}\n");
}
