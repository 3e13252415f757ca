#include "../../../bpf/abi.h"
