#include "order.h"

#include "llvm/Analysis/ScalarEvolutionExpressions.h"

using namespace llvm;

namespace bareflow {

// More pairs of arrays are not compared before a loop.
static constexpr size_t MostChecks = 12;

unsigned Order::arrayOf(const Moving &Element) {
  int64_t Size = Element.Step / Of.Elements;
  for (unsigned At = 0; At < Arrays.size(); At++) {
    Array &A = Arrays[At];
    auto *Apart = dyn_cast<SCEVConstant>(Of.SE.getMinusSCEV(Element.Start, A.First));
    if (!Apart || A.Size != Size)
      continue;
    int64_t Offset = Apart->getAPInt().getSExtValue();
    A.Low = std::min(A.Low, Offset), A.High = std::max(A.High, Offset);
    return At;
  }
  Arrays.push_back({Element.Start, Size, 0, 0});
  return Arrays.size() - 1;
}

const SCEV *Order::border(unsigned Number, bool End) const {
  const Array &A = Arrays[Number];
  Type *Index = Of.SE.getEffectiveSCEVType(A.First->getType());
  const SCEV *Bytes = Of.SE.getConstant(Index, End ? A.High : A.Low, /*isSigned=*/true);
  if (End)
    Bytes = Of.SE.getAddExpr(Bytes, Of.SE.getMulExpr(Of.SE.getTruncateOrZeroExtend(Of.Count, Index),
                                               Of.SE.getConstant(Index, A.Size)));
  return Of.SE.getAddExpr(A.First, Bytes);
}

// Whether two accesses may be done in the order that they will have, after `X` came before or behind `Y`.
bool Order::mayFollow(const Access &X, const Access &Y) {
  bool Before = Of.isBefore(X.I, Y.I);
  bool Then = X.At != Y.At ? X.At < Y.At : Of.isBefore(X.First, Y.First);
  if (Before == Then || X.I == Y.I)
    return true;
  auto From = Of.In->address(X.First, X.FirstLane), To = Of.In->address(Y.First, Y.FirstLane);
  if (From && To)
    if (auto *Apart = dyn_cast<SCEVConstant>(Of.SE.getMinusSCEV(To->Start, From->Start))) {
      int64_t XSize = From->Step / Of.Elements, YSize = To->Step / Of.Elements;
      int64_t XAt = XSize * X.At, YAt = Apart->getAPInt().getSExtValue() + YSize * Y.At;
      return XAt + XSize <= YAt || YAt + YSize <= XAt;
    }
  if (Aliases.isNoAlias(MemoryLocation::get(X.I), MemoryLocation::get(Y.I)))
    return true;
  if (!From || !To)
    return false;
  unsigned One = arrayOf(*From), Other = arrayOf(*To);
  Checks.insert({std::min(One, Other), std::max(One, Other)});
  return One != Other && Checks.size() <= MostChecks;
}

bool Order::keeps() {
  auto Element = [](const Stores &Group, unsigned At) {
    return Access{Group[At].first, At, Group[0].first, Group[0].second};
  };
  for (Stores &To : Of.Stored)
    for (unsigned At = 0; At < Of.Elements; At++) {
      Access Y = Element(To, At);
      for (const Image &X : Of.In->images())
        if (!mayFollow({X.Load, X.Position, X.Of, X.OfLane}, Y))
          return false;
      for (Stores &Other : Of.Stored)
        for (unsigned XAt = 0; &Other != &To && XAt < Of.Elements; XAt++)
          if (!mayFollow(Element(Other, XAt), Y))
            return false;
    }
  // All accesses are known from here on, so arrays are as long as they get.
  for (auto [Load, At] : Of.Loads)
    if (auto Element = Of.In->address(Load, At); Element && !Checks.empty())
      arrayOf(*Element);
  for (Stores &Group : Of.Stored)
    if (auto [Store, At] = Group[0]; !Checks.empty())
      arrayOf(*Of.In->address(Store, At));
  return true;
}

} // namespace bareflow
