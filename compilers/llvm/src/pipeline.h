// The passes, in the order in which -O3 runs them. They are named one by one, so that only they are
// linked.
#pragma once

#include "llvm/IR/PassManager.h"
#include "request.h"

namespace bareflow {

// What every function goes through before anything is inlined.
llvm::FunctionPassManager earlyPasses();

// What a function goes through when its callees are inlined, before it is itself.
llvm::FunctionPassManager simplifyingPasses(const Request &Asked);

// What the function that is to be compiled goes through at last: vectors, unrolling.
llvm::FunctionPassManager finalPasses(const Request &Asked);

} // namespace bareflow
