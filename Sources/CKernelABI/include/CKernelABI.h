#include "../../../bpf/events.h"
