// The analyses that the pipeline's passes ask for, and no others: what is not registered is not
// linked.
#pragma once

#include "llvm/Analysis/LoopAnalysisManager.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Target/TargetMachine.h"

namespace bareflow {

struct Analyses {
  llvm::LoopAnalysisManager Loops;
  llvm::FunctionAnalysisManager Functions;
  llvm::ModuleAnalysisManager Modules;

  Analyses(llvm::TargetMachine &Machine, const llvm::TargetLibraryInfoImpl &Library);
  ~Analyses();

  // Takes over what a pass has left valid.
  template <typename Pass> void run(Pass &P, llvm::Function &F) {
    llvm::PreservedAnalyses Left = P.run(F, Functions);
    Functions.invalidate(F, Left);
  }
};

} // namespace bareflow
