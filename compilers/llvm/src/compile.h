// From a request to an object.
#pragma once

#include "request.h"

#include "llvm/ADT/SmallVector.h"
#include <string>

namespace bareflow {

// Compiles. True with an ELF object in `Object`, or false with what is wrong in `Error`.
bool compile(const Request &Asked, llvm::SmallVectorImpl<char> &Object, std::string &Error);

} // namespace bareflow
