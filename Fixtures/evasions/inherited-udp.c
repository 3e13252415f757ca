/* Descriptor 3 is a UDP socket of before the run; sends on it. */
#include "evasion.h"

int main(void)
{
	tell(send_to(3, TARGET));
}
