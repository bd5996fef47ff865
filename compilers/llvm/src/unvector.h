// Loops that were made vectors of for a plainer processor become loops over single elements again, for the
// vectoriser to make wider vectors of.
#pragma once

#include "llvm/IR/PassManager.h"

namespace bareflow {

struct UnvectorPass : llvm::PassInfoMixin<UnvectorPass> {
  llvm::PreservedAnalyses run(llvm::Function &F, llvm::FunctionAnalysisManager &A);
};

} // namespace bareflow
