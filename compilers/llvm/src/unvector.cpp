// Bitcode comes with vectors of 128 bits, since its compiler had only plain x86-64 in mind, and LLVM does
// not make wide vectors of narrow ones. So loops are first taken apart.
//
// A loop that does S elements a round (its vectors' length times the copies of them), in one block or in blocks
// of which some are passed by on a condition, is
// looked at lane by lane. Its roots are the lanes of its stores and of what it sums up; each belongs to
// a position, 0 to S - 1. If what each root computes is what the root at position 0 computes, only
// further on by as many elements (`lanes.h`, `roots.h`), then a loop over the roots at position 0, S times as
// often, does the same, as long as
//
//   - memory is not read and written in another order than before where that could be seen: of two
//     accesses that change places, both are known to be elsewhere, or it is checked before the loop that
//     their arrays lie apart, and the old loop stays for when they do not (`order.h`);
//   - sums do not depend on their order: integers only.
//
// Everything is looked at before anything is changed.
#include "unvector.h"
#include "order.h"

#include "llvm/Analysis/VectorUtils.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/ProfDataUtils.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

using namespace llvm;

namespace bareflow {

namespace {

// The loop over single elements.
class OneByOne {
public:
  OneByOne(Roots &Of, Order &Memory) : Of(Of), Memory(Memory), Expander(Of.SE, "") {}

  // Whether it can be made.
  bool isReady();

  // Makes it, and lets it do what the old one did.
  void replace() {
    emit();
    enter();
  }

private:
  bool isReadyRounded(Value *V);
  bool isReady(Lane That);
  bool canExpand(const SCEV *S) {
    return Expander.isSafeToExpandAt(S, Of.Preheader->getTerminator());
  }
  Value *expand(const SCEV *S) {
    return Expander.expandCodeFor(S, S->getType(), Of.Preheader->getTerminator());
  }
  Value *areApart();
  void annotate(Instruction *Made, Instruction *From, unsigned At);
  Value *moved(const Moving &By, Value *Done);
  Value *rounded(Value *V);
  Value *pointer(Instruction *Access, unsigned At);
  Value *value(Lane That);
  void emitLoad(LoadInst *Load, unsigned At);
  void emitStore(const std::pair<StoreInst *, unsigned> &Element);
  void emitAccesses(BasicBlock &Old);
  void emitBlock(BasicBlock &Old);
  void emitSum(Sum &S);
  void emit();
  void enter();

  Roots &Of;
  Order &Memory;
  SCEVExpander Expander;
  std::set<Lane> Ready;
  // The new loop's first block, and its last.
  BasicBlock *New = nullptr, *Last = nullptr;
  std::optional<IRBuilder<>> Build;
  // Elements done so far.
  PHINode *Index = nullptr;
  // Lanes at position 0 in the new loop.
  std::map<Lane, Value *> Made;
  // What says of accesses which array they are in.
  SmallVector<MDNode *, 8> Scopes;
};

// Whether no pair of arrays overlaps, computed before the loop.
Value *OneByOne::areApart() {
  IRBuilder<> Before(Of.Preheader->getTerminator());
  Value *All = nullptr;
  for (auto [One, Other] : Memory.checks()) {
    auto Precedes = [&](unsigned A, unsigned B) {
      return Before.CreateICmpULE(expand(Memory.border(A, true)), expand(Memory.border(B, false)));
    };
    Value *Apart = Before.CreateOr(Precedes(One, Other), Precedes(Other, One));
    All = All ? Before.CreateAnd(All, Apart) : Apart;
  }
  return All;
}

// Says of an access in the new loop which arrays it is not in.
void OneByOne::annotate(Instruction *Made, Instruction *From, unsigned At) {
  auto Element = Of.In->address(From, At);
  if (Memory.checks().empty() || !Element)
    return;
  LLVMContext &Context = Of.Header->getContext();
  if (Scopes.empty()) {
    MDBuilder Metadata(Context);
    MDNode *Domain = Metadata.createAnonymousAliasScopeDomain();
    for (size_t At = 0; At < Memory.arrays(); At++)
      Scopes.push_back(Metadata.createAnonymousAliasScope(Domain));
  }
  unsigned Mine = Memory.arrayOf(*Element);
  SmallVector<Metadata *, 8> Others;
  for (auto [One, Other] : Memory.checks())
    if (One == Mine || Other == Mine)
      Others.push_back(Scopes[One == Mine ? Other : One]);
  if (Others.empty())
    return;
  Made->setMetadata(LLVMContext::MD_alias_scope, MDNode::get(Context, {Scopes[Mine]}));
  Made->setMetadata(LLVMContext::MD_noalias, MDNode::get(Context, Others));
}

// Whether what a value takes that is computed once a round can be had in the new loop.
bool OneByOne::isReadyRounded(Value *V) {
  if (Of.L.isLoopInvariant(V))
    return true;
  if (auto Moves = Of.In->moving({V, 0}))
    return V->getType()->isIntegerTy() && canExpand(Moves->Start) && Moves->Step % Of.Elements == 0;
  return all_of(cast<Instruction>(V)->operands(), [&](Value *Part) { return isReadyRounded(Part); });
}

// Whether all that a lane at position 0 takes can be had in the new loop.
bool OneByOne::isReady(Lane That) {
  That = resolve(That);
  if (Of.L.isLoopInvariant(That.V) || !Ready.insert(That).second)
    return true;
  if (auto Moves = Of.In->moving(That))
    return That.type()->isIntegerTy() && canExpand(Moves->Start);
  auto *I = cast<Instruction>(That.V);
  if (auto *Load = dyn_cast<LoadInst>(I)) {
    auto Address = Of.In->address(I, That.At);
    return Address ? canExpand(Address->Start) : isReadyRounded(Load->getPointerOperand());
  }
  return all_of(I->operands(), [&](Value *V) {
    return isa<Function>(V) || isReady({V, isVector(V) ? That.At : 0});
  });
}

bool OneByOne::isReady() {
  // Sums of two loops would have to be joined behind them.
  if ((!Memory.checks().empty() && !Of.Sums.empty()) || !canExpand(Of.Count))
    return false;
  for (auto [One, Other] : Memory.checks())
    for (unsigned Array : {One, Other})
      if (!canExpand(Memory.border(Array, false)) || !canExpand(Memory.border(Array, true)))
        return false;
  for (Stores &Group : Of.Stored) {
    if (!canExpand(Of.In->address(Group[0].first, Group[0].second)->Start) || !isReady(stored(Group[0])))
      return false;
    if (auto On = Of.guard(Group[0].first); On && !isReady({On->Condition, 0}))
      return false;
  }
  return all_of(Of.Sums, [&](Sum &S) { return isReady(S.Added[0]); });
}

// What moves, when the new loop has done so many elements.
Value *OneByOne::moved(const Moving &By, Value *Done) {
  Type *As = By.Start->getType();
  Value *Step = ConstantInt::getSigned(As, By.Step / int64_t(Of.Elements));
  return Build->CreateAdd(expand(By.Start), Build->CreateMul(Build->CreateZExtOrTrunc(Done, As), Step));
}

// A scalar of the old loop, in the new one: as it was at the beginning of the round.
Value *OneByOne::rounded(Value *V) {
  if (Of.L.isLoopInvariant(V))
    return V;
  if (auto Moves = Of.In->moving({V, 0}))
    return moved(*Moves, Build->CreateAnd(Index, -uint64_t(Of.Elements)));
  Instruction *Copy = cast<Instruction>(V)->clone();
  for (Use &Part : Copy->operands())
    Part.set(rounded(Part.get()));
  return Build->Insert(Copy);
}

// The address of an element, in the new loop.
Value *OneByOne::pointer(Instruction *Access, unsigned At) {
  if (!Of.In->address(Access, At))
    return rounded(getLoadStorePointerOperand(Access));
  Type *Element = getLoadStoreType(Access)->getScalarType();
  return Build->CreateGEP(Element, expand(Of.In->address(Access, At)->Start), Index);
}

// The value of a lane at position 0, in the new loop.
Value *OneByOne::value(Lane That) {
  That = resolve(That);
  if (Of.L.isLoopInvariant(That.V)) {
    if (!isVector(That.V))
      return That.V;
    return IRBuilder<>(Of.Preheader->getTerminator()).CreateExtractElement(That.V, That.At);
  }
  if (Value *Found = Made[That])
    return Found;
  if (auto Moves = Of.In->moving(That))
    return Made[That] = moved(*Moves, Index);
  auto *I = cast<Instruction>(That.V);
  auto Operand = [&](unsigned At) {
    Value *V = I->getOperand(At);
    return value({V, isVector(V) ? That.At : 0});
  };
  Value *New = nullptr;
  if (auto *Operation = dyn_cast<BinaryOperator>(I)) {
    New = Build->CreateBinOp(Operation->getOpcode(), Operand(0), Operand(1));
  } else if (auto *Operation = dyn_cast<UnaryOperator>(I)) {
    New = Build->CreateUnOp(Operation->getOpcode(), Operand(0));
  } else if (auto *Cast = dyn_cast<CastInst>(I)) {
    New = Build->CreateCast(Cast->getOpcode(), Operand(0), That.type());
  } else if (auto *Compare = dyn_cast<CmpInst>(I)) {
    New = Build->CreateCmp(Compare->getPredicate(), Operand(0), Operand(1));
  } else if (isa<SelectInst>(I)) {
    New = Build->CreateSelect(Operand(0), Operand(1), Operand(2));
  } else {
    auto *Call = cast<IntrinsicInst>(I);
    SmallVector<Value *, 4> Arguments;
    for (unsigned At = 0; At < Call->arg_size(); At++)
      Arguments.push_back(Operand(At));
    New = Build->CreateIntrinsic(That.type(), Call->getIntrinsicID(), Arguments);
  }
  // What is promised must hold at all positions. Constants have been folded, and promise nothing.
  if (auto *Instead = dyn_cast<Instruction>(New); Instead && Instead->getParent() == Build->GetInsertBlock()) {
    Instead->copyIRFlags(I);
    for (auto [From, To] = Of.In->twins().equal_range(I); From != To; ++From)
      Instead->andIRFlags(From->second);
  }
  return Made[That] = New;
}

// Sums start with what all lanes start with, and are reduced as they go.
void OneByOne::emitSum(Sum &S) {
  Instruction *By = S.Operation;
  auto Combine = [&](IRBuilder<> &Build, Value *X, Value *Y) -> Value * {
    if (auto *Operation = dyn_cast<BinaryOperator>(By))
      return Build.CreateBinOp(Operation->getOpcode(), X, Y);
    return Build.CreateBinaryIntrinsic(cast<IntrinsicInst>(By)->getIntrinsicID(), X, Y);
  };
  IRBuilder<> Before(Of.Preheader->getTerminator());
  Value *Start = nullptr;
  for (PHINode *Phi : S.Phis) {
    Value *From = Phi->getIncomingValueForBlock(Of.Preheader);
    Start = Start ? Combine(Before, Start, From) : From;
  }
  Start = Before.CreateUnaryIntrinsic(S.Reduce->getIntrinsicID(), Start);
  PHINode *Phi = PHINode::Create(Start->getType(), 2, "", New->begin());
  Value *Next = Combine(*Build, Phi, value(S.Added[0]));
  Phi->addIncoming(Start, Of.Preheader);
  Phi->addIncoming(Next, Last);
  PHINode *All = PHINode::Create(Start->getType(), 1, "", Of.Exit->begin());
  All->addIncoming(Next, Last);
  S.Reduce->replaceAllUsesWith(All);
  RecursivelyDeleteTriviallyDeadInstructions(S.Reduce);
}

// Loads and stores of an element are aligned as all of them are.
Align alignment(Instruction *Access) {
  uint64_t Size =
      Access->getDataLayout().getTypeStoreSize(getLoadStoreType(Access)->getScalarType());
  return commonAlignment(getLoadStoreAlignment(Access), Size);
}

void OneByOne::emitLoad(LoadInst *Load, unsigned At) {
  Type *Element = Load->getType()->getScalarType();
  LoadInst *Instead = Build->CreateAlignedLoad(Element, pointer(Load, At), alignment(Load));
  annotate(Instead, Load, At);
  Made[{Load, At}] = Instead;
}

void OneByOne::emitStore(const std::pair<StoreInst *, unsigned> &Element) {
  auto [Store, At] = Element;
  annotate(Build->CreateAlignedStore(value(stored(Element)), pointer(Store, At), alignment(Store)), Store,
           At);
}

// What position 0 loads and stores in a block.
void OneByOne::emitAccesses(BasicBlock &Old) {
  for (Instruction &I : Old) {
    if (auto *Load = dyn_cast<LoadInst>(&I)) {
      for (auto At = Of.Loads.lower_bound({Load, 0}); At != Of.Loads.end() && At->first == Load; ++At)
        emitLoad(Load, At->second);
    } else if (auto *Store = dyn_cast<StoreInst>(&I)) {
      for (Stores &Group : Of.Stored)
        if (Group[0].first == Store)
          emitStore(Group[0]);
    }
  }
}

void OneByOne::emitBlock(BasicBlock &Old) {
  auto On = Of.guard(&Old.front());
  if (!On)
    return emitAccesses(Old);
  if (none_of(Of.Stored, [&](Stores &Group) { return Group[0].first->getParent() == &Old; }))
    return;
  auto Block = [&] { return BasicBlock::Create(Old.getContext(), "", Old.getParent(), Of.Exit); };
  BasicBlock *Then = Block(), *Join = Block();
  Build->CreateCondBr(value({On->Condition, 0}), On->Is ? Then : Join, On->Is ? Join : Then);
  Build->SetInsertPoint(Then);
  // What is computed there is not there for what follows.
  auto Outside = Made;
  emitAccesses(Old);
  Made = std::move(Outside);
  Build->CreateBr(Join);
  Build->SetInsertPoint(Join);
}

void OneByOne::emit() {
  LLVMContext &Context = Of.Header->getContext();
  New = BasicBlock::Create(Context, "", Of.Header->getParent(), Of.Exit);
  Build.emplace(New);
  Index = Build->CreatePHI(Of.Count->getType(), 2);
  for (BasicBlock *Old : Of.Blocks)
    emitBlock(*Old);
  Last = Build->GetInsertBlock();
  for (Sum &S : Of.Sums)
    emitSum(S);
  Value *Next = Build->CreateAdd(Index, ConstantInt::get(Index->getType(), 1));
  Index->addIncoming(ConstantInt::get(Index->getType(), 0), Of.Preheader);
  Index->addIncoming(Next, Last);
  Value *Ends = Build->CreateICmpEQ(Next, expand(Of.Count));
  BranchInst *Latch = Build->CreateCondBr(Ends, Of.Exit, New);
  // It goes round so many times as often.
  auto *Was = cast<BranchInst>(Of.Latch->getTerminator());
  if (uint64_t Taken, Not; extractBranchWeights(*Was, Taken, Not)) {
    if (Was->getSuccessor(0) != Of.Header)
      std::swap(Taken, Not);
    uint64_t Rounds = SaturatingMultiply(Taken + Not, uint64_t(Of.Elements)) - Not;
    setFittedBranchWeights(*Latch, {Not, Rounds}, /*IsExpected=*/false);
  }
}

// Goes to the new loop instead of the old one, or to either.
void OneByOne::enter() {
  // Nothing of the loop is used behind it but sums, which have been seen to.
  for (PHINode &Phi : make_early_inc_range(Of.Exit->phis()))
    if (int At = Phi.getBasicBlockIndex(Of.Latch); At < 0)
      continue;
    else if (Phi.use_empty())
      Phi.eraseFromParent();
    else if (Memory.checks().empty())
      Phi.setIncomingBlock(At, Last);
    else
      Phi.addIncoming(Phi.getIncomingValue(At), Last);
  Instruction *Enter = Of.Preheader->getTerminator();
  if (!Memory.checks().empty()) {
    BranchInst *Choice = BranchInst::Create(New, Of.Header, areApart(), Enter->getIterator());
    setBranchWeights(*Choice, {(1u << 20) - 1, 1}, /*IsExpected=*/false);
    Enter->eraseFromParent();
    return;
  }
  Enter->replaceSuccessorWith(Of.Header, New);
  Of.Latch->getTerminator()->eraseFromParent();
  new UnreachableInst(Of.Latch->getContext(), Of.Latch);
}

bool takeApart(Loop &L, ScalarEvolution &SE, AAResults &Aliases) {
  Roots Of(L, SE);
  if (!Of.find())
    return false;
  Order Memory(Of, Aliases);
  if (!Memory.keeps())
    return false;
  OneByOne New(Of, Memory);
  if (!New.isReady())
    return false;
  New.replace();
  return true;
}

} // namespace

PreservedAnalyses UnvectorPass::run(Function &F, FunctionAnalysisManager &A) {
  bool Changed = false, Again = true;
  // Loops that stay although there is another one for them.
  SmallPtrSet<const BasicBlock *, 8> Done;
  while (Again) {
    Again = false;
    auto &Loops = A.getResult<LoopAnalysis>(F);
    auto &SE = A.getResult<ScalarEvolutionAnalysis>(F);
    auto &Aliases = A.getResult<AAManager>(F);
    for (Loop *L : Loops.getLoopsInPreorder())
      if (L->isInnermost() && Done.insert(L->getHeader()).second &&
          takeApart(*L, SE, Aliases)) {
        // All that was known of loops is out of date.
        removeUnreachableBlocks(F);
        A.invalidate(F, PreservedAnalyses::none());
        Changed = Again = true;
        break;
      }
  }
  return Changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

} // namespace bareflow
