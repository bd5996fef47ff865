// Functions with any number of arguments that hand these on as a list.
#pragma once
#include <stdarg.h>

// The whole body of one: calls `function`, whose last argument is the list of the arguments behind `last`.
#define PASS_ON(last, function, ...)          \
    va_list list;                             \
    va_start(list, last);                     \
    int result = function(__VA_ARGS__, list); \
    va_end(list);                             \
    return result
