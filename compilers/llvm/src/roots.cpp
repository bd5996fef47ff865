#include "roots.h"

#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/DataLayout.h"

using namespace llvm;

namespace bareflow {

// More elements a round are not looked at: pairs of them are.
static constexpr unsigned MostElements = 256;

Lane stored(const std::pair<StoreInst *, unsigned> &Element) {
  Value *V = Element.first->getValueOperand();
  return {V, isVector(V) ? Element.second : 0};
}

// The reduction of a vector by what the instruction does to two values, or 0.
static Intrinsic::ID reduction(const Value *V) {
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

// How many elements a round does, if the instruction tells: by how far it moves on through an array of
// them, or counts them.
unsigned Roots::elementsOf(Instruction &I) {
  std::optional<Moving> Moves;
  int64_t Each = 0;
  if (isa<StoreInst>(I) || (isa<LoadInst>(I) && isVector(&I))) {
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

// What a round does: one block, or several of which each second one is passed by where a condition is not met.
// So vectors are stored where not all lanes of them are, on processors that cannot do it at once.
bool Roots::findBlocks() {
  for (BasicBlock *B = Header;;) {
    Blocks.push_back(B);
    if (B == Latch)
      break;
    auto *Branch = dyn_cast<BranchInst>(B->getTerminator());
    if (!Branch || !Branch->isConditional() || Guards.size() > MostElements)
      return false;
    bool Is = Branch->getSuccessor(0)->getSingleSuccessor() == Branch->getSuccessor(1);
    BasicBlock *Then = Branch->getSuccessor(Is ? 0 : 1), *Join = Branch->getSuccessor(Is ? 1 : 0);
    if (Then->getSingleSuccessor() != Join || Then->getSinglePredecessor() != B || Join == Header ||
        !L.contains(Join) || !Join->hasNPredecessors(2) || !Join->phis().empty() || Guards.count(Then))
      return false;
    Guards.insert({Then, {Branch->getCondition(), Is}});
    Blocks.push_back(Then);
    B = Join;
  }
  for (BasicBlock *B : Blocks)
    for (Instruction &I : *B) {
      Places[&I] = Body.size();
      Body.push_back(&I);
    }
  return L.getNumBlocks() == 1 + 2 * Guards.size();
}

std::optional<Guard> Roots::guard(const Instruction *Of) const {
  auto Found = Guards.find(Of->getParent());
  return Found == Guards.end() ? std::nullopt : std::optional(Found->second);
}

// How often a loop goes round, and how many elements it does each time.
bool Roots::findShape() {
  Header = L.getHeader(), Latch = L.getLoopLatch();
  Preheader = L.getLoopPreheader(), Exit = L.getExitBlock();
  if (!Preheader || !Exit || !L.isLoopSimplifyForm() || Exit->getSinglePredecessor() != Latch ||
      L.getExitingBlock() != Latch || !findBlocks())
    return false;
  In.emplace(L, SE, 1);
  unsigned Elements = 0;
  for (Instruction *At : Body) {
    Instruction &I = *At;
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
  Type *Wide = Type::getInt64Ty(Header->getContext());
  Count = SE.getMulExpr(
      SE.getAddExpr(SE.getNoopOrZeroExtend(Again, Wide), SE.getOne(Wide)),
      SE.getConstant(Wide, Elements));
  this->Elements = Elements;
  In.emplace(L, SE, Elements);
  return true;
}

// Groups the lanes of stores by the array that they write.
bool Roots::findStores() {
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
  for (Instruction *I : Body) {
    auto *Store = dyn_cast<StoreInst>(I);
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
    int64_t Size = Header->getDataLayout().getTypeStoreSize(A.Of);
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
bool Roots::leavesOf(Value *V, Intrinsic::ID By, bool Outside, SmallVectorImpl<Value *> &Leaves) {
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
bool Roots::addTo(Sum &To, PHINode *Phi) {
  Intrinsic::ID By = To.Reduce->getIntrinsicID();
  auto *Next = dyn_cast<Instruction>(Phi->getIncomingValueForBlock(Latch));
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

// Where a sum that starts there is reduced, if that is all that is done with it behind the loop.
IntrinsicInst *Roots::reducing(PHINode &Start) {
  Value *V = Start.getIncomingValueForBlock(Latch);
  for (unsigned Steps = 0; V && Steps < MostElements; Steps++) {
    User *Only = nullptr;
    for (User *U : V->users())
      if (!L.contains(cast<Instruction>(U)))
        Only = Only ? nullptr : U;
    auto *Reduce = dyn_cast_or_null<IntrinsicInst>(Only);
    if (Reduce && reduction(Reduce) == Intrinsic::not_intrinsic)
      return Reduce;
    V = Only;
  }
  return nullptr;
}

// Puts what is added in the order of the elements that it comes from.
bool Roots::sort(Sum &Found) {
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
  return true;
}

// Finds the vectors that are summed up behind the loop, and what is added to each position.
bool Roots::findSums() {
  SmallPtrSet<IntrinsicInst *, 4> Seen;
  for (PHINode &Start : Header->phis()) {
    if (!isVector(&Start) || !Start.getType()->isIntOrIntVectorTy() || In->moving({&Start, 0}))
      continue;
    IntrinsicInst *Reduce = reducing(Start);
    if (!Reduce || !Seen.insert(Reduce).second)
      continue;
    Sum Found{Reduce, {}, nullptr, {}};
    SmallVector<Value *, 8> Leaves;
    if (Reduce->arg_size() != 1 ||
        !leavesOf(Reduce->getArgOperand(0), Reduce->getIntrinsicID(), true, Leaves))
      return false;
    for (Value *Leaf : Leaves) {
      PHINode *Owner = nullptr;
      for (PHINode &Phi : Header->phis())
        if (Phi.getIncomingValueForBlock(Latch) == Leaf)
          Owner = &Phi;
      if (!Owner || Owner->getType() != Start.getType() || !addTo(Found, Owner))
        return false;
    }
    if (!sort(Found))
      return false;
    Sums.push_back(std::move(Found));
  }
  return true;
}

// Whether a position stores what position 0 does, on the same condition.
bool Roots::isSame(const Stores &Group, unsigned Position) {
  auto Here = guard(Group[0].first), There = guard(Group[Position].first);
  if (Here.has_value() != There.has_value() || (Here && Here->Is != There->Is))
    return false;
  return (!Here || In->same({Here->Condition, 0}, {There->Condition, 0}, Position)) &&
         In->same(stored(Group[0]), stored(Group[Position]), Position);
}

// Whether all positions do what position 0 does, and nothing else of the loop is wanted.
bool Roots::isSame() {
  for (unsigned Position = 0; Position < Elements; Position++) {
    for (Stores &Group : Stored)
      if (!isSame(Group, Position))
        return false;
    for (Sum &S : Sums)
      if (!In->same(S.Added[0], S.Added[Position], Position))
        return false;
  }
  for (const Image &Image : In->images()) {
    if (Image.Position == 0)
      Loads.insert({Image.Of, Image.OfLane});
    // What is not always loaded must not be.
    if (guard(Image.Load) && !guard(Image.Of))
      return false;
  }
  SmallPtrSet<const Value *, 8> Wanted;
  for (Sum &S : Sums)
    for (PHINode *Phi : S.Phis)
      Wanted.insert(Phi->getIncomingValueForBlock(Latch));
  for (Instruction *I : Body)
    for (User *U : I->users())
      if (!L.contains(cast<Instruction>(U)) && !Wanted.contains(I))
        return false;
  return true;
}

bool Roots::find() {
  return findShape() && findStores() && findSums() && !(Stored.empty() && Sums.empty()) && isSame();
}

} // namespace bareflow
