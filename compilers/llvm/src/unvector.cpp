// Bitcode comes with vectors of 128 bits, since its compiler had only plain x86-64 in mind, and LLVM does
// not make wide vectors of narrow ones. So loops are first taken apart.
//
// A loop of one block that does S elements a round (its vectors' length times the copies of them) is
// looked at lane by lane. Its roots are the lanes of its stores and of what it sums up; each belongs to
// a position, 0 to S - 1. If what each root computes is what the root at position 0 computes, only
// further on by as many elements (`lanes.h`), then a loop over the roots at position 0, S times as
// often, does the same, as long as
//
//   - memory is not read and written in another order than before where that could be seen: of two
//     accesses that change places, both are known to be elsewhere;
//   - sums do not depend on their order: integers only.
//
// Everything is looked at before anything is changed.
#include "unvector.h"
#include "lanes.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Analysis/AliasAnalysis.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/ProfDataUtils.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/LoopUtils.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"
#include <set>

using namespace llvm;

namespace bareflow {

namespace {

// More elements a round are not looked at: pairs of them are.
constexpr unsigned MostElements = 256;

// The reduction of a vector by what the instruction does to two values, or 0.
Intrinsic::ID reduction(const Value *V) {
  if (auto *Operation = dyn_cast<BinaryOperator>(V)) {
    switch (Operation->getOpcode()) {
    case Instruction::Add:
      return Intrinsic::vector_reduce_add;
    case Instruction::Mul:
      return Intrinsic::vector_reduce_mul;
    case Instruction::And:
      return Intrinsic::vector_reduce_and;
    case Instruction::Or:
      return Intrinsic::vector_reduce_or;
    case Instruction::Xor:
      return Intrinsic::vector_reduce_xor;
    default:
      return Intrinsic::not_intrinsic;
    }
  }
  if (auto *Call = dyn_cast<IntrinsicInst>(V)) {
    switch (Call->getIntrinsicID()) {
    case Intrinsic::smax:
      return Intrinsic::vector_reduce_smax;
    case Intrinsic::smin:
      return Intrinsic::vector_reduce_smin;
    case Intrinsic::umax:
      return Intrinsic::vector_reduce_umax;
    case Intrinsic::umin:
      return Intrinsic::vector_reduce_umin;
    default:
      break;
    }
  }
  return Intrinsic::not_intrinsic;
}

// The elements that a store writes, one for each position.
using Stores = SmallVector<std::pair<StoreInst *, unsigned>, 16>;

// What a loop sums up in vectors, and the reduction of them behind it.
struct Sum {
  IntrinsicInst *Reduce;
  SmallVector<PHINode *, 4> Phis;
  // What does it to two values.
  Instruction *Operation = nullptr;
  // What is added, one for each position.
  SmallVector<Lane, 16> Added;
};

// An access to an element: by an instruction, at a position; and by which lane of which instruction the
// element of its array at position 0 is accessed.
struct Access {
  Instruction *I;
  unsigned At;
  Instruction *First;
  unsigned FirstLane;
};

class Unvectored {
public:
  Unvectored(Loop &L, ScalarEvolution &SE, AAResults &Aliases) : L(L), SE(SE), Aliases(Aliases) {}

  // Replaces the loop, if that can be done.
  bool replace();

private:
  unsigned elementsOf(Instruction &I);
  bool findShape();
  bool findStores();
  bool findSums();
  bool leavesOf(Value *V, Intrinsic::ID By, bool Outside, SmallVectorImpl<Value *> &Leaves);
  bool addTo(Sum &To, PHINode *Phi);
  bool isSame();
  bool keepsOrder();
  bool mayFollow(const Access &X, const Access &Y);
  bool canExpand(const SCEV *S) {
    return Expander->isSafeToExpandAt(S, Preheader->getTerminator());
  }
  Value *expand(const SCEV *S) {
    return Expander->expandCodeFor(S, S->getType(), Preheader->getTerminator());
  }
  bool isReadyRounded(Value *V);
  bool isReady(Lane Of);
  bool isReady();
  void emit();
  void emitSum(Sum &S);
  Value *moved(const Moving &By, Value *Done);
  Value *rounded(Value *V);
  Value *value(Lane Of);
  Value *pointer(Instruction *Access, unsigned At);

  Loop &L;
  ScalarEvolution &SE;
  AAResults &Aliases;
  BasicBlock *Old = nullptr, *Preheader = nullptr, *Exit = nullptr, *New = nullptr;
  unsigned Elements = 0;
  std::optional<Lanes> In;
  std::optional<SCEVExpander> Expander;
  SmallVector<Stores, 4> Stored;
  SmallVector<Sum, 2> Sums;
  const SCEV *Count = nullptr;
  // Lanes of loads at position 0.
  std::set<std::pair<LoadInst *, unsigned>> Loads;

  std::set<Lane> Ready;

  // Values in the new loop.
  std::map<Lane, Value *> Made;
  std::optional<IRBuilder<>> Build;
  PHINode *Index = nullptr;
};

// How many elements a round does, if the instruction tells: by how far it moves on through an array of
// them, or counts them.
unsigned Unvectored::elementsOf(Instruction &I) {
  std::optional<Moving> Moves;
  int64_t Each = 0;
  if (isa<LoadInst, StoreInst>(I) && isa<FixedVectorType>(getLoadStoreType(&I))) {
    Moves = In->moving({getLoadStorePointerOperand(&I), 0});
    Each = I.getDataLayout().getTypeStoreSize(getLoadStoreType(&I)->getScalarType());
  } else if (isa<PHINode>(I) && isVector(&I)) {
    Moves = In->moving({&I, 0});
    auto Next = In->moving({&I, 1});
    auto *Constant = Moves && Next ? dyn_cast<SCEVConstant>(SE.getMinusSCEV(Next->Start, Moves->Start))
                                   : nullptr;
    Each = Constant ? Constant->getAPInt().getSExtValue() : 0;
  }
  if (!Moves || Each == 0 || Moves->Step % Each != 0)
    return 0;
  int64_t Count = Moves->Step / Each;
  return Count >= 2 && Count <= MostElements ? Count : 0;
}

// A loop of one block, how often it goes round, and how many elements it does each time.
bool Unvectored::findShape() {
  Old = L.getHeader(), Preheader = L.getLoopPreheader(), Exit = L.getExitBlock();
  if (L.getNumBlocks() != 1 || !Preheader || !Exit || !Exit->getSinglePredecessor() ||
      !L.isLoopSimplifyForm())
    return false;
  In.emplace(L, SE, 1);
  unsigned Elements = 0;
  for (Instruction &I : *Old) {
    if (isa<StoreInst>(I) ? !cast<StoreInst>(I).isSimple()
                          : isa<LoadInst>(I) ? !cast<LoadInst>(I).isSimple()
                                             : I.mayReadOrWriteMemory() || I.mayHaveSideEffects())
      return false;
    unsigned Here = elementsOf(I);
    if (Here != 0 && Elements != 0 && Here != Elements)
      return false;
    Elements = Here ? Here : Elements;
  }
  const SCEV *Again = SE.getBackedgeTakenCount(&L);
  if (Elements == 0 || isa<SCEVCouldNotCompute>(Again) || !Again->getType()->isIntegerTy() ||
      SE.getTypeSizeInBits(Again->getType()) > 64 ||
      SE.getUnsignedRangeMax(Again).ugt(UINT64_MAX / Elements))
    return false;
  // A count of 2^64 would be 0, which is as right.
  Type *Wide = Type::getInt64Ty(Old->getContext());
  Count = SE.getMulExpr(
      SE.getAddExpr(SE.getNoopOrZeroExtend(Again, Wide), SE.getOne(Wide)),
      SE.getConstant(Wide, Elements));
  this->Elements = Elements;
  In.emplace(L, SE, Elements);
  Expander.emplace(SE, "");
  return canExpand(Count);
}

// Groups the lanes of stores by the array that they write.
bool Unvectored::findStores() {
  struct Element {
    int64_t Offset;
    StoreInst *Store;
    unsigned At;
  };
  struct Array {
    const SCEV *Start;
    Type *Of;
    SmallVector<Element, 16> Elements;
  };
  SmallVector<Array, 4> Arrays;
  for (Instruction &I : *Old) {
    auto *Store = dyn_cast<StoreInst>(&I);
    if (!Store)
      continue;
    Type *Whole = Store->getValueOperand()->getType();
    unsigned Count = isVector(Store->getValueOperand())
                         ? cast<FixedVectorType>(Whole)->getNumElements()
                         : 1;
    for (unsigned At = 0; At < Count; At++) {
      auto Address = In->address(Store, At);
      if (!Address)
        return false;
      auto Offset = [&](const Array &To) {
        auto *Constant = dyn_cast<SCEVConstant>(SE.getMinusSCEV(Address->Start, To.Start));
        return Constant && To.Of == Whole->getScalarType()
                   ? std::optional(Constant->getAPInt().getSExtValue())
                   : std::nullopt;
      };
      auto *To = find_if(Arrays, [&](const Array &A) { return Offset(A).has_value(); });
      if (To == Arrays.end()) {
        Arrays.push_back({Address->Start, Whole->getScalarType(), {}});
        To = &Arrays.back();
      }
      To->Elements.push_back({*Offset(*To), Store, At});
    }
  }
  for (Array &A : Arrays) {
    llvm::sort(A.Elements, [](const Element &X, const Element &Y) { return X.Offset < Y.Offset; });
    int64_t Size = Old->getDataLayout().getTypeStoreSize(A.Of);
    if (A.Elements.size() % Elements != 0)
      return false;
    for (size_t From = 0; From < A.Elements.size(); From += Elements) {
      Stores Group;
      for (unsigned Position = 0; Position < Elements; Position++) {
        const Element &E = A.Elements[From + Position];
        if (E.Offset != A.Elements[From].Offset + Size * Position)
          return false;
        Group.push_back({E.Store, E.At});
      }
      Stored.push_back(std::move(Group));
    }
  }
  return true;
}

// What is combined to `V`: the leaves of a tree in which nothing is used twice.
bool Unvectored::leavesOf(Value *V, Intrinsic::ID By, bool Outside, SmallVectorImpl<Value *> &Leaves) {
  if (Leaves.size() > MostElements)
    return false;
  if (auto *Phi = dyn_cast<PHINode>(V); Outside && Phi && Phi->getParent() == Exit && Phi->hasOneUse())
    V = Phi->getIncomingValue(0);
  auto *I = dyn_cast<Instruction>(V);
  if (!I || L.contains(I) == Outside || reduction(I) != By || !I->hasOneUse()) {
    Leaves.push_back(V);
    return true;
  }
  return leavesOf(I->getOperand(0), By, Outside, Leaves) && leavesOf(I->getOperand(1), By, Outside, Leaves);
}

// Takes the sum in `Phi` as a part of one: each round adds something to each of its lanes.
bool Unvectored::addTo(Sum &To, PHINode *Phi) {
  Intrinsic::ID By = To.Reduce->getIntrinsicID();
  auto *Next = dyn_cast<Instruction>(Phi->getIncomingValueForBlock(Old));
  if (!Next || reduction(Next) != By || !Next->hasNUses(2) || !Phi->hasOneUse())
    return false;
  To.Operation = Next;
  To.Phis.push_back(Phi);
  SmallVector<Value *, 8> Leaves;
  if (!leavesOf(Next->getOperand(0), By, false, Leaves) ||
      !leavesOf(Next->getOperand(1), By, false, Leaves) || count(Leaves, Phi) != 1)
    return false;
  unsigned Count = cast<FixedVectorType>(Phi->getType())->getNumElements();
  for (Value *Leaf : Leaves)
    for (unsigned At = 0; Leaf != Phi && At < Count; At++)
      To.Added.push_back({Leaf, At});
  return true;
}

// Finds the vectors that are summed up behind the loop, and what is added to each position.
bool Unvectored::findSums() {
  SmallPtrSet<IntrinsicInst *, 4> Seen;
  for (PHINode &Start : Old->phis()) {
    if (!isVector(&Start) || !Start.getType()->isIntOrIntVectorTy() || In->moving({&Start, 0}))
      continue;
    // Follows the sum to where it is reduced.
    Value *V = Start.getIncomingValueForBlock(Old);
    IntrinsicInst *Reduce = nullptr;
    for (unsigned Steps = 0; V && Steps < MostElements && !Reduce; Steps++) {
      User *Only = nullptr;
      for (User *U : V->users())
        if (!L.contains(cast<Instruction>(U)))
          Only = Only ? nullptr : U;
      Reduce = dyn_cast_or_null<IntrinsicInst>(Only);
      if (Reduce && reduction(Reduce) != Intrinsic::not_intrinsic)
        Reduce = nullptr;
      V = Only;
    }
    if (!Reduce || !Seen.insert(Reduce).second)
      continue;
    Sum Found{Reduce, {}, nullptr, {}};
    SmallVector<Value *, 8> Leaves;
    if (Reduce->arg_size() != 1 ||
        !leavesOf(Reduce->getArgOperand(0), Reduce->getIntrinsicID(), true, Leaves))
      return false;
    for (Value *Leaf : Leaves) {
      PHINode *Owner = nullptr;
      for (PHINode &Phi : Old->phis())
        if (Phi.getIncomingValueForBlock(Old) == Leaf)
          Owner = &Phi;
      if (!Owner || Owner->getType() != Start.getType() || !addTo(Found, Owner))
        return false;
    }
    // In the order of the elements that they come from.
    if (Found.Added.size() != Elements)
      return false;
    std::map<int64_t, Lane> Order;
    for (Lane &Added : Found.Added) {
      auto Distance = In->distance(Found.Added[0], Added);
      if (!Distance || !Order.insert({*Distance, Added}).second)
        return false;
    }
    Found.Added.clear();
    for (auto [Distance, Added] : Order)
      Found.Added.push_back(Added);
    Sums.push_back(std::move(Found));
  }
  return true;
}

// Whether all positions do what position 0 does, and nothing else of the loop is wanted.
bool Unvectored::isSame() {
  for (unsigned Position = 0; Position < Elements; Position++) {
    for (Stores &Group : Stored) {
      auto Value = [](std::pair<StoreInst *, unsigned> Of) {
        llvm::Value *V = Of.first->getValueOperand();
        return Lane{V, isVector(V) ? Of.second : 0};
      };
      if (!In->same(Value(Group[0]), Value(Group[Position]), Position))
        return false;
    }
    for (Sum &S : Sums)
      if (!In->same(S.Added[0], S.Added[Position], Position))
        return false;
  }
  for (const Image &Image : In->images())
    if (Image.Position == 0)
      Loads.insert({Image.Of, Image.OfLane});
  SmallPtrSet<const Value *, 8> Wanted;
  for (Sum &S : Sums)
    for (PHINode *Phi : S.Phis)
      Wanted.insert(Phi->getIncomingValueForBlock(Old));
  for (Instruction &I : *Old)
    for (User *U : I.users())
      if (!L.contains(cast<Instruction>(U)) && !Wanted.contains(&I))
        return false;
  return true;
}

// Whether two accesses may be done in the order that they will have, after `X` came before or behind `Y`.
bool Unvectored::mayFollow(const Access &X, const Access &Y) {
  bool Before = X.I->comesBefore(Y.I);
  bool Then = X.At != Y.At ? X.At < Y.At : X.First->comesBefore(Y.First);
  if (Before == Then || X.I == Y.I)
    return true;
  auto From = In->address(X.First, X.FirstLane), To = In->address(Y.First, Y.FirstLane);
  if (From && To)
    if (auto *Apart = dyn_cast<SCEVConstant>(SE.getMinusSCEV(To->Start, From->Start))) {
      int64_t XSize = From->Step / Elements, YSize = To->Step / Elements;
      int64_t XAt = XSize * X.At, YAt = Apart->getAPInt().getSExtValue() + YSize * Y.At;
      return XAt + XSize <= YAt || YAt + YSize <= XAt;
    }
  return Aliases.isNoAlias(MemoryLocation::get(X.I), MemoryLocation::get(Y.I));
}

bool Unvectored::keepsOrder() {
  auto Element = [](const Stores &Group, unsigned At) {
    return Access{Group[At].first, At, Group[0].first, Group[0].second};
  };
  for (Stores &To : Stored)
    for (unsigned At = 0; At < Elements; At++) {
      Access Y = Element(To, At);
      for (const Image &X : In->images())
        if (!mayFollow({X.Load, X.Position, X.Of, X.OfLane}, Y))
          return false;
      for (Stores &Other : Stored)
        for (unsigned XAt = 0; &Other != &To && XAt < Elements; XAt++)
          if (!mayFollow(Element(Other, XAt), Y))
            return false;
    }
  return true;
}

// Whether what a value takes that is computed once a round can be had in the new loop.
bool Unvectored::isReadyRounded(Value *V) {
  if (L.isLoopInvariant(V))
    return true;
  if (auto Moves = In->moving({V, 0}))
    return V->getType()->isIntegerTy() && canExpand(Moves->Start) && Moves->Step % Elements == 0;
  return all_of(cast<Instruction>(V)->operands(), [&](Value *Part) { return isReadyRounded(Part); });
}

// Whether all that a lane at position 0 takes can be had in the new loop.
bool Unvectored::isReady(Lane Of) {
  Of = resolve(Of);
  if (L.isLoopInvariant(Of.V) || !Ready.insert(Of).second)
    return true;
  if (auto Moves = In->moving(Of))
    return Of.type()->isIntegerTy() && canExpand(Moves->Start);
  auto *I = cast<Instruction>(Of.V);
  if (auto *Load = dyn_cast<LoadInst>(I)) {
    auto Address = In->address(I, Of.At);
    return Address ? canExpand(Address->Start) : isReadyRounded(Load->getPointerOperand());
  }
  return all_of(I->operands(), [&](Value *V) {
    return isa<Function>(V) || isReady({V, isVector(V) ? Of.At : 0});
  });
}

bool Unvectored::isReady() {
  for (Stores &Group : Stored) {
    auto [Store, At] = Group[0];
    Value *V = Store->getValueOperand();
    if (!canExpand(In->address(Store, At)->Start) || !isReady({V, isVector(V) ? At : 0}))
      return false;
  }
  return all_of(Sums, [&](Sum &S) { return isReady(S.Added[0]); });
}

// What moves, when the new loop has done so many elements.
Value *Unvectored::moved(const Moving &By, Value *Done) {
  Type *As = By.Start->getType();
  Value *Step = ConstantInt::getSigned(As, By.Step / int64_t(Elements));
  return Build->CreateAdd(expand(By.Start), Build->CreateMul(Build->CreateZExtOrTrunc(Done, As), Step));
}

// A scalar of the old loop, in the new one: as it was at the beginning of the round.
Value *Unvectored::rounded(Value *V) {
  if (L.isLoopInvariant(V))
    return V;
  if (auto Moves = In->moving({V, 0}))
    return moved(*Moves, Build->CreateAnd(Index, -uint64_t(Elements)));
  Instruction *Copy = cast<Instruction>(V)->clone();
  for (Use &Part : Copy->operands())
    Part.set(rounded(Part.get()));
  return Build->Insert(Copy);
}

// The address of an element, in the new loop.
Value *Unvectored::pointer(Instruction *Access, unsigned At) {
  if (!In->address(Access, At))
    return rounded(getLoadStorePointerOperand(Access));
  Type *Of = getLoadStoreType(Access)->getScalarType();
  return Build->CreateGEP(Of, expand(In->address(Access, At)->Start), Index);
}

// The value of a lane at position 0, in the new loop.
Value *Unvectored::value(Lane Of) {
  Of = resolve(Of);
  if (L.isLoopInvariant(Of.V)) {
    if (!isVector(Of.V))
      return Of.V;
    return IRBuilder<>(Preheader->getTerminator()).CreateExtractElement(Of.V, Of.At);
  }
  if (Value *Found = Made[Of])
    return Found;
  if (auto Moves = In->moving(Of))
    return Made[Of] = moved(*Moves, Index);
  auto *I = cast<Instruction>(Of.V);
  auto Operand = [&](unsigned At) {
    Value *V = I->getOperand(At);
    return value({V, isVector(V) ? Of.At : 0});
  };
  Value *New = nullptr;
  if (auto *Operation = dyn_cast<BinaryOperator>(I)) {
    New = Build->CreateBinOp(Operation->getOpcode(), Operand(0), Operand(1));
  } else if (auto *Operation = dyn_cast<UnaryOperator>(I)) {
    New = Build->CreateUnOp(Operation->getOpcode(), Operand(0));
  } else if (auto *Cast = dyn_cast<CastInst>(I)) {
    New = Build->CreateCast(Cast->getOpcode(), Operand(0), Of.type());
  } else if (auto *Compare = dyn_cast<CmpInst>(I)) {
    New = Build->CreateCmp(Compare->getPredicate(), Operand(0), Operand(1));
  } else if (isa<SelectInst>(I)) {
    New = Build->CreateSelect(Operand(0), Operand(1), Operand(2));
  } else {
    auto *Call = cast<IntrinsicInst>(I);
    SmallVector<Value *, 4> Arguments;
    for (unsigned At = 0; At < Call->arg_size(); At++)
      Arguments.push_back(Operand(At));
    New = Build->CreateIntrinsic(Of.type(), Call->getIntrinsicID(), Arguments);
  }
  // What is promised must hold at all positions. Constants have been folded, and promise nothing.
  if (auto *Instead = dyn_cast<Instruction>(New); Instead && Instead->getParent() == this->New) {
    Instead->copyIRFlags(I);
    for (auto [From, To] = In->twins().equal_range(I); From != To; ++From)
      Instead->andIRFlags(From->second);
  }
  return Made[Of] = New;
}

// Sums start with what all lanes start with, and are reduced as they go.
void Unvectored::emitSum(Sum &S) {
  Instruction *By = S.Operation;
  auto Combine = [&](IRBuilder<> &Build, Value *X, Value *Y) -> Value * {
    if (auto *Operation = dyn_cast<BinaryOperator>(By))
      return Build.CreateBinOp(Operation->getOpcode(), X, Y);
    return Build.CreateBinaryIntrinsic(cast<IntrinsicInst>(By)->getIntrinsicID(), X, Y);
  };
  IRBuilder<> Before(Preheader->getTerminator());
  Value *Start = nullptr;
  for (PHINode *Phi : S.Phis) {
    Value *From = Phi->getIncomingValueForBlock(Preheader);
    Start = Start ? Combine(Before, Start, From) : From;
  }
  Start = Before.CreateUnaryIntrinsic(S.Reduce->getIntrinsicID(), Start);
  PHINode *Phi = PHINode::Create(Start->getType(), 2, "", New->begin());
  Value *Next = Combine(*Build, Phi, value(S.Added[0]));
  Phi->addIncoming(Start, Preheader);
  Phi->addIncoming(Next, New);
  PHINode *Last = PHINode::Create(Start->getType(), 1, "", Exit->begin());
  Last->addIncoming(Next, New);
  S.Reduce->replaceAllUsesWith(Last);
  RecursivelyDeleteTriviallyDeadInstructions(S.Reduce);
}

void Unvectored::emit() {
  LLVMContext &Context = Old->getContext();
  New = BasicBlock::Create(Context, "", Old->getParent(), Exit);
  Build.emplace(New);
  Index = Build->CreatePHI(Count->getType(), 2);
  for (Instruction &I : *Old) {
    if (auto *Load = dyn_cast<LoadInst>(&I)) {
      Type *Of = Load->getType()->getScalarType();
      uint64_t Size = Load->getDataLayout().getTypeStoreSize(Of);
      for (auto At = Loads.lower_bound({Load, 0}); At != Loads.end() && At->first == Load; ++At)
        Made[{Load, At->second}] = Build->CreateAlignedLoad(
            Of, pointer(Load, At->second), commonAlignment(Load->getAlign(), Size));
    } else if (auto *Store = dyn_cast<StoreInst>(&I)) {
      Value *V = Store->getValueOperand();
      uint64_t Size = Store->getDataLayout().getTypeStoreSize(V->getType()->getScalarType());
      for (Stores &Group : Stored)
        if (auto [First, At] = Group[0]; First == Store)
          Build->CreateAlignedStore(value({V, isVector(V) ? At : 0}), pointer(Store, At),
                                    commonAlignment(Store->getAlign(), Size));
    }
  }
  for (Sum &S : Sums)
    emitSum(S);
  Value *Next = Build->CreateAdd(Index, ConstantInt::get(Index->getType(), 1));
  Index->addIncoming(ConstantInt::get(Index->getType(), 0), Preheader);
  Index->addIncoming(Next, New);
  Value *Ends = Build->CreateICmpEQ(Next, expand(Count));
  BranchInst *Latch = Build->CreateCondBr(Ends, Exit, New);
  // It goes round so many times as often.
  auto *Was = cast<BranchInst>(Old->getTerminator());
  if (uint64_t Taken, Not; extractBranchWeights(*Was, Taken, Not)) {
    if (Was->getSuccessor(0) != Old)
      std::swap(Taken, Not);
    uint64_t Rounds = SaturatingMultiply(Taken + Not, uint64_t(Elements)) - Not;
    setFittedBranchWeights(*Latch, {Not, Rounds}, /*IsExpected=*/false);
  }

  Preheader->getTerminator()->replaceSuccessorWith(Old, New);
  // Whatever is left there of the old loop nobody uses.
  for (PHINode &Phi : make_early_inc_range(Exit->phis()))
    if (Phi.getBasicBlockIndex(Old) >= 0)
      Phi.eraseFromParent();
  Was->eraseFromParent();
  new UnreachableInst(Context, Old);
}

bool Unvectored::replace() {
  if (!findShape() || !findStores() || !findSums() || (Stored.empty() && Sums.empty()) || !isSame() ||
      !keepsOrder() || !isReady())
    return false;
  emit();
  return true;
}

} // namespace

PreservedAnalyses UnvectorPass::run(Function &F, FunctionAnalysisManager &A) {
  bool Changed = false, Again = true;
  while (Again) {
    Again = false;
    auto &Loops = A.getResult<LoopAnalysis>(F);
    auto &SE = A.getResult<ScalarEvolutionAnalysis>(F);
    auto &Aliases = A.getResult<AAManager>(F);
    for (Loop *L : Loops.getLoopsInPreorder())
      if (L->isInnermost() && Unvectored(*L, SE, Aliases).replace()) {
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
