// What the lanes of vectors in a loop compute: whether one lane does for the next element what another
// does for this one.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include <map>
#include <optional>
#include <tuple>

namespace bareflow {

// One element of a vector. A scalar is its own only lane.
struct Lane {
  llvm::Value *V;
  unsigned At;

  bool operator==(const Lane &Other) const { return V == Other.V && At == Other.At; }
  bool operator<(const Lane &Other) const {
    return std::tie(V, At) < std::tie(Other.V, Other.At);
  }
  llvm::Type *type() const { return V->getType()->getScalarType(); }
};

// The lane that this one is a copy of, through shuffles, insertions and extractions. Its value is null
// if the lane is undefined.
Lane resolve(Lane From);

// Whether it is a vector whose length is known.
bool isVector(const llvm::Value *V);

// A number or an address that moves by the same step in each round of the loop.
struct Moving {
  const llvm::SCEV *Start;
  int64_t Step;
};

// A lane of a load that stands for the load of a lane at position 0, `Position` elements further.
struct Image {
  llvm::LoadInst *Load;
  llvm::LoadInst *Of;
  unsigned OfLane;
  unsigned Position;
};

// Lanes of a loop of one block that does `Elements` elements of an array in each round. A lane's position
// is which of them it works on.
class Lanes {
public:
  Lanes(llvm::Loop &L, llvm::ScalarEvolution &SE, unsigned Elements)
      : L(L), SE(SE), Elements(Elements) {}

  // The lane as a number that moves, if it is one.
  std::optional<Moving> moving(Lane Of) const;

  // Where an access to memory finds the element, if consecutive rounds and lanes are consecutive elements.
  std::optional<Moving> address(llvm::Instruction *Access, unsigned At) const;

  // Whether it is loaded once for all elements of a round, from an address that follows from numbers that
  // move.
  bool isOncePerRound(llvm::LoadInst *Load) const;

  // Whether `There`, at `Position`, computes from its elements what `Here` does at position 0.
  bool same(Lane Here, Lane There, unsigned Position);

  // How far the first moving part of `There` is from that of `Here`; for sorting.
  std::optional<int64_t> distance(Lane Here, Lane There) const;

  // Loads of all lanes that were found the same.
  const llvm::SmallVectorImpl<Image> &images() const { return Images; }

  // Instructions that do at other positions what the key does at position 0.
  const std::multimap<llvm::Instruction *, llvm::Instruction *> &twins() const { return Twins; }

private:
  bool canRound(llvm::Value *V, unsigned Depth) const;
  std::optional<int64_t> steps(const llvm::SCEV *From, const llvm::SCEV *To) const;
  std::optional<Moving> firstMoving(Lane Of, unsigned Depth) const;

  llvm::Loop &L;
  llvm::ScalarEvolution &SE;
  const unsigned Elements;
  // Comparisons that are still allowed. A graph of values can have many more paths than nodes.
  unsigned Budget = 1 << 14;
  std::map<std::tuple<Lane, Lane, unsigned>, bool> Known;
  llvm::SmallVector<Image, 32> Images;
  std::multimap<llvm::Instruction *, llvm::Instruction *> Twins;
};

} // namespace bareflow
