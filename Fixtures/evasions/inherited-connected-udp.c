/* Descriptor 3 is a UDP socket that was connected before the run; writes to it. */
#include "evasion.h"

int main(void)
{
	tell(write(3, "ping", 4));
}
