/* A vsock connection to the host. */
#include <sys/socket.h>

#include <linux/vm_sockets.h>

#include "evasion.h"

int main(void)
{
	struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = 9999};

	tell(connect(open_socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0), (struct sockaddr *)&address,
		     sizeof(address)));
}
