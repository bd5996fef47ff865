// A loop of optimised bitcode may have several rounds of the program's in one, and another loop behind it for the
// rounds that are left. Unrolled again, it would get a loop for what is left of its own, and a short one, which
// most are, ends in three of them with a jump in each that no processor foresees.
//
// Such a loop counts by more than one. A program's own loop that does so is taken for one too: it does several things
// a round by itself. Loops whose rounds are known when they are compiled are unrolled all the same, for nothing is
// left of them.
#include "unrolled.h"

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/PatternMatch.h"
#include "llvm/Transforms/Utils/LoopUtils.h"

using namespace llvm;
using namespace llvm::PatternMatch;

namespace bareflow {

// Whether the end of the loop is told by a number that grows or shrinks by more than one a round.
static bool countsBySeveral(const Loop &L) {
  const BasicBlock *Latch = L.getLoopLatch();
  const auto *Branch = Latch ? dyn_cast<BranchInst>(Latch->getTerminator()) : nullptr;
  if (!Branch || !Branch->isConditional())
    return false;
  const auto *Compared = dyn_cast<ICmpInst>(Branch->getCondition());
  if (!Compared)
    return false;
  auto By = [&](const PHINode &Phi, const Value *Next) {
    const APInt *Step;
    return match(Next, m_Add(m_Specific(&Phi), m_APInt(Step))) && Step->abs().ugt(1);
  };
  for (const PHINode &Phi : L.getHeader()->phis()) {
    const Value *Next = Phi.getIncomingValueForBlock(Latch);
    if ((is_contained(Compared->operands(), Next) || is_contained(Compared->operands(), &Phi)) && By(Phi, Next))
      return true;
  }
  return false;
}

PreservedAnalyses UnrolledPass::run(Function &F, FunctionAnalysisManager &A) {
  for (Loop *L : A.getResult<LoopAnalysis>(F).getLoopsInPreorder())
    if (L->isInnermost() && countsBySeveral(*L))
      addStringMetadataToLoop(L, "llvm.loop.unroll.runtime.disable", 1);
  return PreservedAnalyses::all();
}

} // namespace bareflow
