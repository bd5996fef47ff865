#include "lanes.h"

#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace bareflow {

bool isVector(const Value *V) { return isa<FixedVectorType>(V->getType()); }

Lane resolve(Lane From) {
  for (;;) {
    auto [V, At] = From;
    if (!V)
      return From;
    if (auto *C = dyn_cast<Constant>(V)) {
      if (!isVector(V))
        return isa<UndefValue>(V) ? Lane{nullptr, 0} : From;
      Constant *Element = C->getAggregateElement(At);
      if (!Element)
        return From;
      From = {Element, 0};
    } else if (auto *Shuffle = dyn_cast<ShuffleVectorInst>(V)) {
      auto *Type = dyn_cast<FixedVectorType>(Shuffle->getOperand(0)->getType());
      int Source = Shuffle->getMaskValue(At);
      if (!Type || Source < 0)
        return {nullptr, 0};
      int Count = Type->getNumElements();
      From = Source < Count ? Lane{Shuffle->getOperand(0), unsigned(Source)}
                            : Lane{Shuffle->getOperand(1), unsigned(Source - Count)};
    } else if (auto *Insert = dyn_cast<InsertElementInst>(V)) {
      auto *Index = dyn_cast<ConstantInt>(Insert->getOperand(2));
      if (!Index)
        return From;
      From = Index->equalsInt(At) ? Lane{Insert->getOperand(1), 0}
                                  : Lane{Insert->getOperand(0), At};
    } else if (auto *Extract = dyn_cast<ExtractElementInst>(V)) {
      auto *Index = dyn_cast<ConstantInt>(Extract->getIndexOperand());
      if (!Index || !isVector(Extract->getVectorOperand()) || Index->getValue().uge(1 << 16))
        return From;
      From = {Extract->getVectorOperand(), unsigned(Index->getZExtValue())};
    } else {
      return From;
    }
  }
}

std::optional<Moving> Lanes::moving(Lane Of) const {
  Of = resolve(Of);
  if (!Of.V || !SE.isSCEVable(Of.type()) || L.isLoopInvariant(Of.V))
    return std::nullopt;
  if (!isVector(Of.V)) {
    auto *Recurrence = dyn_cast<SCEVAddRecExpr>(SE.getSCEV(Of.V));
    if (!Recurrence || Recurrence->getLoop() != &L || !Recurrence->isAffine())
      return std::nullopt;
    auto *Step = dyn_cast<SCEVConstant>(Recurrence->getStepRecurrence(SE));
    if (!Step || Step->getAPInt().getSignificantBits() > 64)
      return std::nullopt;
    return Moving{Recurrence->getStart(), Step->getAPInt().getSExtValue()};
  }
  // What a lane of a constant adds.
  auto Added = [&](Value *Vector) -> const SCEV * {
    auto *Number = dyn_cast_or_null<ConstantInt>(resolve({Vector, Of.At}).V);
    return Number ? SE.getConstant(Number) : nullptr;
  };
  if (auto *Phi = dyn_cast<PHINode>(Of.V)) {
    if (Phi->getParent() != L.getHeader())
      return std::nullopt;
    auto *Next = dyn_cast<BinaryOperator>(Phi->getIncomingValueForBlock(L.getLoopLatch()));
    if (!Next || Next->getOpcode() != Instruction::Add || Next->getOperand(0) != Phi)
      return std::nullopt;
    const SCEV *Step = Added(Next->getOperand(1));
    Lane Start = resolve({Phi->getIncomingValueForBlock(L.getLoopPreheader()), Of.At});
    if (!Step || !Start.V || isVector(Start.V))
      return std::nullopt;
    const APInt &By = cast<SCEVConstant>(Step)->getAPInt();
    if (By.getSignificantBits() > 64)
      return std::nullopt;
    return Moving{SE.getSCEV(Start.V), By.getSExtValue()};
  }
  auto *Sum = dyn_cast<BinaryOperator>(Of.V);
  if (!Sum)
    return std::nullopt;
  auto *Disjoint = dyn_cast<PossiblyDisjointInst>(Sum);
  if (Sum->getOpcode() != Instruction::Add && !(Disjoint && Disjoint->isDisjoint()))
    return std::nullopt;
  const SCEV *More = Added(Sum->getOperand(1));
  auto Base = More ? moving({Sum->getOperand(0), Of.At}) : std::nullopt;
  if (!Base)
    return std::nullopt;
  return Moving{SE.getAddExpr(Base->Start, More), Base->Step};
}

std::optional<Moving> Lanes::address(Instruction *Access, unsigned At) const {
  Type *Whole = getLoadStoreType(Access);
  const DataLayout &Layout = Access->getDataLayout();
  TypeSize Stored = Layout.getTypeStoreSize(Whole->getScalarType());
  int64_t Size = Stored.getFixedValue();
  // Elements that are not whole bytes lie elsewhere in a vector than in an array.
  if (Layout.getTypeSizeInBits(Whole->getScalarType()) != Stored * 8 ||
      Layout.getTypeAllocSize(Whole->getScalarType()) != Stored)
    return std::nullopt;
  auto First = moving({getLoadStorePointerOperand(Access), 0});
  if (!First || First->Step != Size * Elements)
    return std::nullopt;
  Type *Index = SE.getEffectiveSCEVType(First->Start->getType());
  First->Start = SE.getAddExpr(First->Start, SE.getConstant(Index, Size * At));
  return First;
}

// Whether the value follows from numbers that move, by what can be computed again from them.
bool Lanes::canRound(Value *V, unsigned Depth) const {
  if (L.isLoopInvariant(V) || moving({V, 0}))
    return !isVector(V);
  auto *I = dyn_cast<Instruction>(V);
  return I && Depth != 0 && !isVector(I) && isa<BinaryOperator, CastInst, GetElementPtrInst>(I) &&
         all_of(I->operands(), [&](Value *Part) { return canRound(Part, Depth - 1); });
}

bool Lanes::isOncePerRound(LoadInst *Load) const {
  return !isVector(Load) && isPowerOf2_32(Elements) && canRound(Load->getPointerOperand(), 8);
}

std::optional<int64_t> Lanes::steps(const SCEV *From, const SCEV *To) const {
  if (SE.getEffectiveSCEVType(From->getType()) != SE.getEffectiveSCEVType(To->getType()))
    return std::nullopt;
  auto *Constant = dyn_cast<SCEVConstant>(SE.getMinusSCEV(To, From));
  if (!Constant || Constant->getAPInt().getSignificantBits() > 64)
    return std::nullopt;
  return Constant->getAPInt().getSExtValue();
}

// Whether lanes are lanes of what the instruction does, and of nothing around it.
static bool isLanewise(const Instruction *I) {
  if (auto *Call = dyn_cast<IntrinsicInst>(I))
    return isTriviallyVectorizable(Call->getIntrinsicID()) && !Call->mayHaveSideEffects() &&
           !Call->mayReadOrWriteMemory();
  if (auto *Cast = dyn_cast<CastInst>(I)) {
    // Bits of a vector may be cast to a vector of another length.
    auto *To = dyn_cast<FixedVectorType>(Cast->getDestTy());
    auto *From = dyn_cast<FixedVectorType>(Cast->getSrcTy());
    return To && From ? To->getNumElements() == From->getNumElements() : !To && !From;
  }
  return isa<BinaryOperator, UnaryOperator, CmpInst, SelectInst>(I);
}

bool Lanes::same(Lane Here, Lane There, unsigned Position) {
  Here = resolve(Here), There = resolve(There);
  if (!Here.V || !There.V || Here.type() != There.type())
    return false;
  if (L.isLoopInvariant(Here.V))
    return Here == There;
  auto Key = std::make_tuple(Here, There, Position);
  if (auto Found = Known.find(Key); Found != Known.end())
    return Found->second;
  // A value that leads back to itself is no sum that was recognised.
  bool &Answer = Known[Key] = false;
  if (Budget == 0 || L.isLoopInvariant(There.V))
    return false;
  Budget--;
  if (auto From = moving(Here)) {
    auto To = moving(There);
    if (!To || From->Step != To->Step || From->Step % int64_t(Elements) != 0)
      return false;
    auto Steps = steps(From->Start, To->Start);
    return Answer = Steps && *Steps == From->Step / int64_t(Elements) * int64_t(Position);
  }
  auto *I = dyn_cast<Instruction>(Here.V), *J = dyn_cast<Instruction>(There.V);
  if (!I || !J || I->getOpcode() != J->getOpcode())
    return false;
  if (auto *Load = dyn_cast<LoadInst>(I)) {
    auto *Other = cast<LoadInst>(J);
    if (!Load->isSimple() || !Other->isSimple())
      return false;
    auto From = address(Load, Here.At), To = address(Other, There.At);
    if (!From && !To && isOncePerRound(Load) && isOncePerRound(Other)) {
      // All positions of a round load the same.
      if (SE.getSCEV(Load->getPointerOperand()) != SE.getSCEV(Other->getPointerOperand()))
        return false;
      Images.push_back({Other, Load, 0, Position});
      return Answer = true;
    }
    if (!From || !To)
      return false;
    auto Steps = steps(From->Start, To->Start);
    if (!Steps || *Steps != From->Step / int64_t(Elements) * int64_t(Position))
      return false;
    Images.push_back({Other, Load, Here.At, Position});
    return Answer = true;
  }
  if (!isLanewise(I) || !isLanewise(J))
    return false;
  if (auto *Compare = dyn_cast<CmpInst>(I))
    if (Compare->getPredicate() != cast<CmpInst>(J)->getPredicate())
      return false;
  unsigned Operands = I->getNumOperands();
  if (auto *Call = dyn_cast<IntrinsicInst>(I)) {
    auto *Other = cast<IntrinsicInst>(J);
    if (Call->getIntrinsicID() != Other->getIntrinsicID())
      return false;
    Operands = Call->arg_size();
  }
  auto Part = [](Instruction *Of, unsigned Operand, unsigned At) {
    Value *V = Of->getOperand(Operand);
    return Lane{V, isVector(V) ? At : 0};
  };
  auto IsPart = [&](unsigned Of, unsigned As) {
    return same(Part(I, Of, Here.At), Part(J, As, There.At), Position);
  };
  unsigned Alike = 0;
  while (Alike < Operands && IsPart(Alike, Alike))
    Alike++;
  // Passes before this one put operands into an order of their own. Which of two NaNs comes out is nobody's promise.
  bool Swaps = I->isCommutative() && isa<BinaryOperator>(I);
  if (Alike < Operands && !(Swaps && IsPart(0, 1) && IsPart(1, 0)))
    return false;
  if (I != J)
    Twins.insert({I, J});
  return Answer = true;
}

std::optional<Moving> Lanes::firstMoving(Lane Of, unsigned Depth) const {
  Of = resolve(Of);
  if (!Of.V || Depth == 0 || L.isLoopInvariant(Of.V))
    return std::nullopt;
  if (auto Found = moving(Of))
    return Found;
  auto *I = dyn_cast<Instruction>(Of.V);
  if (!I || isa<PHINode>(I))
    return std::nullopt;
  if (isa<LoadInst>(I))
    return address(I, Of.At);
  for (Value *V : I->operands())
    if (auto Found = firstMoving({V, isVector(V) ? Of.At : 0}, Depth - 1))
      return Found;
  return std::nullopt;
}

std::optional<int64_t> Lanes::distance(Lane Here, Lane There) const {
  auto From = firstMoving(Here, 16), To = firstMoving(There, 16);
  return From && To ? steps(From->Start, To->Start) : std::nullopt;
}

} // namespace bareflow
