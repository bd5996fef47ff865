#include "pipeline.h"
#include "unrolled.h"
#include "unvector.h"

#include "llvm/Transforms/AggressiveInstCombine/AggressiveInstCombine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/ADCE.h"
#include "llvm/Transforms/Scalar/AlignmentFromAssumptions.h"
#include "llvm/Transforms/Scalar/BDCE.h"
#include "llvm/Transforms/Scalar/ConstraintElimination.h"
#include "llvm/Transforms/Scalar/CorrelatedValuePropagation.h"
#include "llvm/Transforms/Scalar/DeadStoreElimination.h"
#include "llvm/Transforms/Scalar/DivRemPairs.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/Float2Int.h"
#include "llvm/Transforms/Scalar/GVN.h"
#include "llvm/Transforms/Scalar/IndVarSimplify.h"
#include "llvm/Transforms/Scalar/InferAlignment.h"
#include "llvm/Transforms/Scalar/InstSimplifyPass.h"
#include "llvm/Transforms/Scalar/JumpThreading.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopDeletion.h"
#include "llvm/Transforms/Scalar/LoopDistribute.h"
#include "llvm/Transforms/Scalar/LoopIdiomRecognize.h"
#include "llvm/Transforms/Scalar/LoopInstSimplify.h"
#include "llvm/Transforms/Scalar/LoopLoadElimination.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/LoopRotation.h"
#include "llvm/Transforms/Scalar/LoopSimplifyCFG.h"
#include "llvm/Transforms/Scalar/LoopSink.h"
#include "llvm/Transforms/Scalar/LoopUnrollPass.h"
#include "llvm/Transforms/Scalar/LowerConstantIntrinsics.h"
#include "llvm/Transforms/Scalar/LowerExpectIntrinsic.h"
#include "llvm/Transforms/Scalar/MemCpyOptimizer.h"
#include "llvm/Transforms/Scalar/MergedLoadStoreMotion.h"
#include "llvm/Transforms/Scalar/Reassociate.h"
#include "llvm/Transforms/Scalar/SCCP.h"
#include "llvm/Transforms/Scalar/SROA.h"
#include "llvm/Transforms/Scalar/SimpleLoopUnswitch.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "llvm/Transforms/Scalar/TailRecursionElimination.h"
#include "llvm/Transforms/Vectorize/LoopVectorize.h"
#include "llvm/Transforms/Vectorize/SLPVectorizer.h"
#include "llvm/Transforms/Vectorize/VectorCombine.h"

using namespace llvm;

namespace bareflow {

namespace {

// What loop invariant code motion may look at, as LLVM's own pipeline has it.
constexpr unsigned PromotionCap = 100;
constexpr unsigned PromotionUses = 250;

LICMPass hoisting(bool AllowSpeculation) {
  return LICMPass(PromotionCap, PromotionUses, AllowSpeculation);
}

SimplifyCFGOptions ranges() { return SimplifyCFGOptions().convertSwitchRangeToICmp(true); }

// Adds passes over loops; with memory in SSA form if they want it.
void loops(FunctionPassManager &To, LoopPassManager &&Passes, bool MemorySSA) {
  To.addPass(createFunctionToLoopPassAdaptor(std::move(Passes), MemorySSA));
}

} // namespace

FunctionPassManager earlyPasses() {
  FunctionPassManager P;
  P.addPass(LowerExpectIntrinsicPass());
  P.addPass(SimplifyCFGPass());
  P.addPass(SROAPass(SROAOptions::ModifyCFG));
  P.addPass(EarlyCSEPass());
  P.addPass(InstCombinePass());
  P.addPass(SimplifyCFGPass(ranges()));
  return P;
}

FunctionPassManager simplifyingPasses(const Request &Asked) {
  FunctionPassManager P;
  P.addPass(SROAPass(SROAOptions::ModifyCFG));
  P.addPass(EarlyCSEPass(/*UseMemorySSA=*/true));
  P.addPass(JumpThreadingPass());
  P.addPass(CorrelatedValuePropagationPass());
  P.addPass(SimplifyCFGPass(ranges()));
  P.addPass(InstCombinePass());
  P.addPass(AggressiveInstCombinePass());
  P.addPass(TailCallElimPass());
  P.addPass(SimplifyCFGPass(ranges()));
  P.addPass(ReassociatePass());
  P.addPass(ConstraintEliminationPass());

  LoopPassManager First;
  First.addPass(LoopInstSimplifyPass());
  First.addPass(LoopSimplifyCFGPass());
  First.addPass(hoisting(false));
  First.addPass(LoopRotatePass(/*EnableHeaderDuplication=*/!Asked.Size, /*PrepareForLTO=*/false));
  First.addPass(hoisting(true));
  First.addPass(SimpleLoopUnswitchPass(/*NonTrivial=*/true));
  loops(P, std::move(First), true);

  P.addPass(SimplifyCFGPass(ranges()));
  P.addPass(InstCombinePass());

  LoopPassManager Second;
  Second.addPass(LoopIdiomRecognizePass());
  Second.addPass(IndVarSimplifyPass());
  Second.addPass(LoopDeletionPass());
  Second.addPass(LoopFullUnrollPass(/*OptLevel=*/3));
  loops(P, std::move(Second), false);

  P.addPass(SROAPass(SROAOptions::ModifyCFG));
  P.addPass(VectorCombinePass(/*TryEarlyFoldsOnly=*/true));
  P.addPass(MergedLoadStoreMotionPass());
  P.addPass(GVNPass());
  P.addPass(SCCPPass());
  P.addPass(BDCEPass());
  P.addPass(InstCombinePass());
  P.addPass(JumpThreadingPass());
  P.addPass(CorrelatedValuePropagationPass());
  P.addPass(ADCEPass());
  P.addPass(MemCpyOptPass());
  P.addPass(DSEPass());

  LoopPassManager Third;
  Third.addPass(hoisting(true));
  loops(P, std::move(Third), true);

  P.addPass(SimplifyCFGPass(
      ranges().convertSwitchToArithmetic(true).hoistCommonInsts(true).sinkCommonInsts(true)));
  P.addPass(InstCombinePass());
  return P;
}

FunctionPassManager finalPasses(const Request &Asked) {
  FunctionPassManager P;
  P.addPass(Float2IntPass());
  P.addPass(LowerConstantIntrinsicsPass());

  LoopPassManager Rotate;
  Rotate.addPass(LoopRotatePass(/*EnableHeaderDuplication=*/!Asked.Size, /*PrepareForLTO=*/false));
  Rotate.addPass(LoopDeletionPass());
  loops(P, std::move(Rotate), false);

  bool Loops = !Asked.Size && !Asked.Neighbours;
  if (Loops)
    P.addPass(UnvectorPass());
  P.addPass(UnrolledPass());

  bool Repeat = Asked.Unroll.value_or(2) > 1;
  P.addPass(LoopDistributePass());
  P.addPass(LoopVectorizePass(LoopVectorizeOptions(/*InterleaveOnlyWhenForced=*/!Repeat,
                                                   /*VectorizeOnlyWhenForced=*/!Loops)));
  P.addPass(InferAlignmentPass());
  P.addPass(LoopLoadEliminationPass());
  P.addPass(InstCombinePass());
  P.addPass(SimplifyCFGPass(ranges()
                                .forwardSwitchCondToPhi(true)
                                .convertSwitchToArithmetic(true)
                                .convertSwitchToLookupTable(true)
                                .needCanonicalLoops(false)
                                .hoistCommonInsts(true)
                                .sinkCommonInsts(true)));
  P.addPass(SLPVectorizerPass());
  P.addPass(VectorCombinePass());
  P.addPass(InstCombinePass());
  P.addPass(LoopUnrollPass(LoopUnrollOptions(/*OptLevel=*/3, /*OnlyWhenForced=*/!Repeat)));
  P.addPass(SROAPass(SROAOptions::PreserveCFG));
  P.addPass(InferAlignmentPass());
  P.addPass(InstCombinePass());

  LoopPassManager Hoist;
  Hoist.addPass(hoisting(true));
  loops(P, std::move(Hoist), true);

  P.addPass(AlignmentFromAssumptionsPass());
  P.addPass(LoopSinkPass());
  P.addPass(InstSimplifyPass());
  P.addPass(DivRemPairsPass());
  P.addPass(TailCallElimPass());
  P.addPass(SimplifyCFGPass(ranges()
                                .convertSwitchToArithmetic(true)
                                .speculateUnpredictables(true)
                                .hoistLoadsStoresWithCondFaulting(true)));
  return P;
}

} // namespace bareflow
