#include "inliner.h"

#include "llvm/Analysis/AliasAnalysis.h"
#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/BlockFrequencyInfo.h"
#include "llvm/Analysis/ProfileSummaryInfo.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/IPO/FunctionAttrs.h"
#include "llvm/Transforms/Utils/CallPromotionUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llvm;

namespace bareflow {

// An indirect call is promoted to a target that takes this share of the calls that are left, and
// of all; to a few targets at most. These are LLVM's own figures.
static constexpr uint64_t ShareOfRest = 30;
static constexpr uint64_t ShareOfAll = 5;
static constexpr unsigned MostTargets = 3;

Inliner::Inliner(Module &M, Analyses &A, FunctionPassManager &Simplify, const Request &Asked)
    : A(A), Simplify(Simplify), Limits(getInlineParams(3, Asked.Size ? 1 : 0)) {
  if (Asked.Inline)
    Limits = getInlineParams(static_cast<int>(*Asked.Inline));
  Summary = &A.Modules.getResult<ProfileSummaryAnalysis>(M);
  for (Function &F : M)
    if (!F.isIntrinsic())
      ByNumber[F.getGUID()] = &F;
}

static bool hasBody(const Function *F) {
  return F && !F->isDeclaration() && !F->isInterposable();
}

bool Inliner::inlineInto(Function &F) {
  auto Assumptions = [&](Function &G) -> AssumptionCache & {
    return A.Functions.getResult<AssumptionAnalysis>(G);
  };
  auto Library = [&](Function &G) -> const TargetLibraryInfo & {
    return A.Functions.getResult<TargetLibraryAnalysis>(G);
  };
  auto Frequencies = [&](Function &G) -> BlockFrequencyInfo & {
    return A.Functions.getResult<BlockFrequencyAnalysis>(G);
  };
  // Calls to look at, each with the entry of the history that it came in by, or -1. A function is
  // not inlined into its own inlined body.
  SmallVector<std::pair<CallBase *, int>, 16> Work;
  SmallVector<std::pair<Function *, int>, 16> History;
  for (BasicBlock &Block : F)
    for (Instruction &I : Block)
      if (auto *Call = dyn_cast<CallBase>(&I))
        if (hasBody(Call->getCalledFunction()))
          Work.push_back({Call, -1});
  bool Changed = false;
  for (size_t At = 0; At < Work.size(); At++) {
    auto [Call, From] = Work[At];
    Function *Callee = Call->getCalledFunction();
    if (!hasBody(Callee) || Callee == &F)
      continue;
    bool Recursive = false;
    for (int Step = From; Step >= 0; Step = History[Step].second)
      Recursive |= History[Step].first == Callee;
    if (Recursive)
      continue;
    InlineCost Cost =
        getInlineCost(*Call, Limits, A.Functions.getResult<TargetIRAnalysis>(*Callee), Assumptions,
                      Library, Frequencies, Summary);
    if (!Cost)
      continue;
    InlineFunctionInfo Info(Assumptions, Summary, &Frequencies(F), &Frequencies(*Callee));
    AAResults &Aliases = A.Functions.getResult<AAManager>(*Callee);
    if (!InlineFunction(*Call, Info, /*MergeAttributes=*/true, &Aliases).isSuccess())
      continue;
    Changed = true;
    History.push_back({Callee, From});
    for (CallBase *Inner : Info.InlinedCallSites)
      if (hasBody(Inner->getCalledFunction()))
        Work.push_back({Inner, static_cast<int>(History.size()) - 1});
  }
  if (Changed)
    A.Functions.invalidate(F, PreservedAnalyses::none());
  return Changed;
}

// Number `At` of a node of a value profile.
static uint64_t profiled(const MDNode &Node, unsigned At) {
  auto *Value = mdconst::dyn_extract<ConstantInt>(Node.getOperand(At));
  return Value ? Value->getZExtValue() : 0;
}

bool Inliner::promoteIndirectCalls(Function &F) {
  SmallVector<CallBase *, 8> Calls;
  for (BasicBlock &Block : F)
    for (Instruction &I : Block)
      if (auto *Call = dyn_cast<CallBase>(&I))
        if (Call->isIndirectCall() && !Call->isMustTailCall())
          Calls.push_back(Call);
  MDBuilder Build(F.getContext());
  auto Weight = [](uint64_t Count, uint64_t Step) { return static_cast<uint32_t>(Count / Step); };
  bool Changed = false;
  for (CallBase *Call : Calls) {
    // "VP", kind, total, then a number and a count for each target, the most frequent first.
    MDNode *Node = Call->getMetadata(LLVMContext::MD_prof);
    auto *Tag = Node && Node->getNumOperands() >= 5 ? dyn_cast<MDString>(Node->getOperand(0)) : nullptr;
    if (!Tag || Tag->getString() != "VP" || profiled(*Node, 1) != 0)
      continue;
    uint64_t All = profiled(*Node, 2), Rest = All;
    unsigned Targets = 0;
    for (unsigned At = 3; At + 1 < Node->getNumOperands() && Targets < MostTargets; At += 2) {
      uint64_t Count = profiled(*Node, At + 1);
      if (Count > Rest || Count / 100 * 100 < Rest / 100 * ShareOfRest || Count / 100 * 100 < All / 100 * ShareOfAll)
        break;
      Function *Target = ByNumber.lookup(profiled(*Node, At));
      if (!Target || !isLegalToPromote(*Call, Target))
        continue;
      Rest -= Count;
      uint64_t Step = std::max(Count, Rest) / UINT32_MAX + 1;
      MDNode *Weights = Build.createBranchWeights(Weight(Count, Step), Weight(Rest, Step));
      CallBase &Direct = promoteCallWithIfThenElse(*Call, Target, Weights);
      Direct.setMetadata(LLVMContext::MD_prof, nullptr);
      Targets++;
    }
    if (Targets > 0) {
      Call->setMetadata(LLVMContext::MD_prof, nullptr);
      Changed = true;
    }
  }
  return Changed;
}

// What callers may know of a function without its body: what memory it touches.
void Inliner::deduceAttributes(Function &F) {
  MemoryEffects Found = computeFunctionBodyMemoryAccess(F, A.Functions.getResult<AAManager>(F));
  MemoryEffects Known = F.getMemoryEffects();
  if ((Found & Known) != Known)
    F.setMemoryEffects(Found & Known);
}

void Inliner::visit(Function &F) {
  if (F.isDeclaration() || !Seen.insert(&F).second)
    return;
  if (promoteIndirectCalls(F))
    A.Functions.invalidate(F, PreservedAnalyses::none());
  SmallVector<Function *, 16> Callees;
  for (BasicBlock &Block : F)
    for (Instruction &I : Block)
      if (auto *Call = dyn_cast<CallBase>(&I))
        if (Function *Callee = Call->getCalledFunction())
          Callees.push_back(Callee);
  for (Function *Callee : Callees)
    visit(*Callee);
  inlineInto(F);
  A.run(Simplify, F);
  // Simplifying has made calls direct, or cheap enough.
  if (inlineInto(F))
    A.run(Simplify, F);
  deduceAttributes(F);
}

// A function that calls itself is left with so many instructions at most. It is no part of another one, so `noinline`
// says nothing of it.
static constexpr size_t MostOfRecursive = 160;

void Inliner::inlineIntoItself(Function &F) {
  SmallVector<CallBase *, 4> Calls;
  auto Find = [&] {
    Calls.clear();
    for (BasicBlock &Block : F)
      for (Instruction &I : Block)
        if (auto *Call = dyn_cast<CallBase>(&I); Call && Call->getCalledFunction() == &F && !Call->isMustTailCall())
          Calls.push_back(Call);
  };
  Find();
  if (Calls.empty() || F.getInstructionCount() * (Calls.size() + 1) > MostOfRecursive ||
      F.isVarArg() || F.callsFunctionThatReturnsTwice())
    return;
  // What is put in is the function as it is now; what it calls then is the whole.
  ValueToValueMapTy Map;
  Function *Once = CloneFunction(&F, Map);
  Once->setLinkage(GlobalValue::InternalLinkage);
  size_t Size = Once->getInstructionCount();
  for (unsigned Depth = 0; Depth < 2 && F.getInstructionCount() + Size * Calls.size() <= MostOfRecursive; Depth++) {
    for (CallBase *Call : Calls) {
      Call->setCalledFunction(Once);
      InlineFunctionInfo Info;
      if (!InlineFunction(*Call, Info).isSuccess())
        Call->setCalledFunction(&F);
    }
    Find();
  }
  Once->eraseFromParent();
  A.Functions.invalidate(F, PreservedAnalyses::none());
  A.run(Simplify, F);
}

} // namespace bareflow
