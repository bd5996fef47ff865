#include "registry.h"

COMMAND(square, 's') { return x * x; }
COMMAND(negate, 'n') { return -x; }
