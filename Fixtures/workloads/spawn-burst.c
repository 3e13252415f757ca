/* spawn-burst N [--via WAY]: starts N children as fast as it can, at most 64 of them unreaped. */
#include "launch.h"

#define UNREAPED 64

int main(int argc, char **argv)
{
	struct options options = parse_options("spawn-burst", argc, argv);
	struct exits *exits = new_exits(options.children);

	for (size_t i = 0; i < options.children; i++) {
		if (i - exits->count >= UNREAPED)
			reap(exits);
		launch(options.via, code_of(i), -1, -1);
	}
	while (exits->count < options.children)
		reap(exits);
	print_exits(&options, exits);
	return 0;
}
