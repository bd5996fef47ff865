// Inlines, callees first, by LLVM's own estimate of what that costs and brings.
#pragma once

#include "analyses.h"
#include "request.h"

#include "llvm/Analysis/InlineCost.h"
#include "llvm/IR/Module.h"

namespace bareflow {

class Inliner {
public:
  Inliner(llvm::Module &M, Analyses &A, llvm::FunctionPassManager &Simplify, const Request &Asked);

  // Simplifies what the function calls, then inlines it, then simplifies the function.
  void visit(llvm::Function &F);

  // Puts a small function that calls itself into those calls, so that it makes fewer of them.
  void inlineIntoItself(llvm::Function &F);

private:
  bool inlineInto(llvm::Function &F);
  bool promoteIndirectCalls(llvm::Function &F);
  void deduceAttributes(llvm::Function &F);

  Analyses &A;
  llvm::FunctionPassManager &Simplify;
  llvm::InlineParams Limits;
  llvm::ProfileSummaryInfo *Summary;
  // By the numbers that value profiles name functions by.
  llvm::DenseMap<uint64_t, llvm::Function *> ByNumber;
  llvm::SmallPtrSet<llvm::Function *, 32> Seen;
};

} // namespace bareflow
