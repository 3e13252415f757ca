/* Descriptor 3 is a TCP socket of before the run; connects it. */
#include "evasion.h"

int main(void)
{
	tell(connect_to(3, TARGET));
}
