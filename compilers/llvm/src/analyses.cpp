#include "analyses.h"

#include "llvm/Analysis/AliasAnalysis.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/BasicAliasAnalysis.h"
#include "llvm/Analysis/BlockFrequencyInfo.h"
#include "llvm/Analysis/BranchProbabilityInfo.h"
#include "llvm/Analysis/DemandedBits.h"
#include "llvm/Analysis/EphemeralValuesCache.h"
#include "llvm/Analysis/LastRunTrackingAnalysis.h"
#include "llvm/Analysis/LazyValueInfo.h"
#include "llvm/Analysis/LoopAccessAnalysis.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/MemoryDependenceAnalysis.h"
#include "llvm/Analysis/MemorySSA.h"
#include "llvm/Analysis/OptimizationRemarkEmitter.h"
#include "llvm/Analysis/PhiValues.h"
#include "llvm/Analysis/PostDominators.h"
#include "llvm/Analysis/ProfileSummaryInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScopedNoAliasAA.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/Analysis/TypeBasedAliasAnalysis.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/PassInstrumentation.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/SimpleLoopUnswitch.h"
#include "llvm/Transforms/Vectorize/LoopVectorize.h"

using namespace llvm;

namespace bareflow {

template <typename Analysis, typename Manager> static void add(Manager &M) {
  M.registerPass([] { return Analysis(); });
}

Analyses::Analyses(TargetMachine &Machine, const TargetLibraryInfoImpl &Library) {
  add<PassInstrumentationAnalysis>(Loops);
  add<PassInstrumentationAnalysis>(Functions);
  add<PassInstrumentationAnalysis>(Modules);
  Modules.registerPass([&] { return FunctionAnalysisManagerModuleProxy(Functions); });
  Functions.registerPass([&] { return ModuleAnalysisManagerFunctionProxy(Modules); });
  Functions.registerPass([&] { return LoopAnalysisManagerFunctionProxy(Loops); });
  Loops.registerPass([&] { return FunctionAnalysisManagerLoopProxy(Functions); });

  add<ProfileSummaryAnalysis>(Modules);

  Functions.registerPass([&] { return Machine.getTargetIRAnalysis(); });
  Functions.registerPass([&] { return TargetLibraryAnalysis(Library); });
  Functions.registerPass([] {
    AAManager Aliases;
    Aliases.registerFunctionAnalysis<BasicAA>();
    Aliases.registerFunctionAnalysis<ScopedNoAliasAA>();
    Aliases.registerFunctionAnalysis<TypeBasedAA>();
    return Aliases;
  });
  add<BasicAA>(Functions);
  add<ScopedNoAliasAA>(Functions);
  add<TypeBasedAA>(Functions);
  add<AssumptionAnalysis>(Functions);
  add<BlockFrequencyAnalysis>(Functions);
  add<BranchProbabilityAnalysis>(Functions);
  add<DemandedBitsAnalysis>(Functions);
  add<DominatorTreeAnalysis>(Functions);
  add<EphemeralValuesAnalysis>(Functions);
  add<LastRunTrackingAnalysis>(Functions);
  add<LazyValueAnalysis>(Functions);
  add<LoopAccessAnalysis>(Functions);
  add<LoopAnalysis>(Functions);
  add<MemoryDependenceAnalysis>(Functions);
  add<MemorySSAAnalysis>(Functions);
  add<OptimizationRemarkEmitterAnalysis>(Functions);
  add<PhiValuesAnalysis>(Functions);
  add<PostDominatorTreeAnalysis>(Functions);
  add<ScalarEvolutionAnalysis>(Functions);
  add<ShouldRunExtraVectorPasses>(Functions);
  add<ShouldRunExtraSimpleLoopUnswitch>(Loops);
}

// Results refer to each other across the managers; members would be destroyed in the wrong order.
Analyses::~Analyses() {
  Functions.clear();
  Modules.clear();
  Loops.clear();
}

} // namespace bareflow
