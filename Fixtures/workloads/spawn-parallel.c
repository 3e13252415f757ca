/* spawn-parallel N [--via WAY]: N children alive at once, released together when the last one runs. */
#include <fcntl.h>
#include <unistd.h>

#include "fail.h"
#include "launch.h"

int main(int argc, char **argv)
{
	struct options options = parse_options("spawn-parallel", argc, argv);
	struct exits *exits = new_exits(options.children);
	int gate[2], ready[2];
	char byte;

	CHECK(pipe2(gate, O_CLOEXEC));
	CHECK(pipe2(ready, O_CLOEXEC));
	for (size_t i = 0; i < options.children; i++)
		launch(options.via, code_of(i), gate[0], ready[1]);
	for (size_t i = 0; i < options.children; i++)
		CHECK(read(ready[0], &byte, 1));
	close(gate[1]);
	for (size_t i = 0; i < options.children; i++)
		reap(exits);
	print_exits(&options, exits);
	return 0;
}
