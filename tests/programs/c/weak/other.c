#include "weak.h"

int overridden(void) { return 2; }
int value = 4;
int weak_alias(int x) { return -x; }
int (*other_overridden(void))(void) { return overridden; }

static int secret(void) { return 77; }
int here(void) { return secret(); }
int there(void) __attribute__((alias("here")));
int elsewhere(int x) { return in_both(x) + 1; }
