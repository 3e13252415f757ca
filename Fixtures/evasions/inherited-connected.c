/* Descriptor 3 is a TCP connection of before the run; writes to it. */
#include "evasion.h"

int main(void)
{
	tell(write(3, "ping", 4));
}
