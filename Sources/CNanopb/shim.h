#include <pb_decode.h>
#include <pb_encode.h>
