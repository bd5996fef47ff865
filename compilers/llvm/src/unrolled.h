// Loops that were unrolled before they came here are not unrolled once more.
#pragma once

#include "llvm/IR/PassManager.h"

namespace bareflow {

struct UnrolledPass : llvm::PassInfoMixin<UnrolledPass> {
  llvm::PreservedAnalyses run(llvm::Function &F, llvm::FunctionAnalysisManager &A);
};

} // namespace bareflow
