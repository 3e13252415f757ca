/* spawn-sequential N [--via WAY]: starts N children one by one, each reaped before the next. */
#include "launch.h"

int main(int argc, char **argv)
{
	struct options options = parse_options("spawn-sequential", argc, argv);
	struct exits *exits = new_exits(options.children);

	for (size_t i = 0; i < options.children; i++) {
		launch(options.via, code_of(i), -1, -1);
		reap(exits);
	}
	print_exits(&options, exits);
	return 0;
}
