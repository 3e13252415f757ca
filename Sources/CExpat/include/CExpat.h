/* libexpat. https://libexpat.github.io/doc/api */
#pragma once

#include <expat.h>
