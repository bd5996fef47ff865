// What a loop over vectors is for: what it stores and sums up, for each of the elements that it does in a
// round.
#pragma once

#include "lanes.h"

#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include <set>

namespace bareflow {

// The elements of an array that a round writes, one for each position: by a lane of a store.
using Stores = llvm::SmallVector<std::pair<llvm::StoreInst *, unsigned>, 16>;

// What a store writes there.
Lane stored(const std::pair<llvm::StoreInst *, unsigned> &Element);

// What a block is only gone through on: a condition, and which way it has to be.
struct Guard {
  llvm::Value *Condition;
  bool Is;
};

// What a loop sums up in vectors, and the reduction of them behind it.
struct Sum {
  llvm::IntrinsicInst *Reduce;
  llvm::SmallVector<llvm::PHINode *, 4> Phis;
  // What does it to two values.
  llvm::Instruction *Operation = nullptr;
  // What is added, one for each position.
  llvm::SmallVector<Lane, 16> Added;
};

class Roots {
public:
  Roots(llvm::Loop &L, llvm::ScalarEvolution &SE) : L(L), SE(SE) {}

  // Whether the loop is one whose positions all do the same, each to its own element. It is only looked
  // at.
  bool find();

  llvm::Loop &L;
  llvm::ScalarEvolution &SE;
  // The loop's first and last block, what is before and behind it.
  llvm::BasicBlock *Header = nullptr, *Latch = nullptr, *Preheader = nullptr, *Exit = nullptr;
  // What it does in a round, in order.
  llvm::SmallVector<llvm::BasicBlock *, 8> Blocks;
  llvm::SmallVector<llvm::Instruction *, 64> Body;
  // Whether the one comes before the other in a round.
  bool isBefore(const llvm::Instruction *One, const llvm::Instruction *Other) const {
    return Places.lookup(One) < Places.lookup(Other);
  }
  // What an instruction is only done on, if not always.
  std::optional<Guard> guard(const llvm::Instruction *Of) const;
  // Elements in a round, and in all rounds.
  unsigned Elements = 0;
  const llvm::SCEV *Count = nullptr;
  std::optional<Lanes> In;
  llvm::SmallVector<Stores, 4> Stored;
  llvm::SmallVector<Sum, 2> Sums;
  // Lanes of loads at position 0.
  std::set<std::pair<llvm::LoadInst *, unsigned>> Loads;

private:
  unsigned elementsOf(llvm::Instruction &I);
  bool findBlocks();
  bool findShape();
  bool findStores();
  bool findSums();
  bool leavesOf(llvm::Value *V, llvm::Intrinsic::ID By, bool Outside,
                llvm::SmallVectorImpl<llvm::Value *> &Leaves);
  llvm::IntrinsicInst *reducing(llvm::PHINode &Start);
  bool addTo(Sum &To, llvm::PHINode *Phi);
  bool sort(Sum &Found);
  bool isSame(const Stores &Group, unsigned Position);
  bool isSame();

  llvm::DenseMap<const llvm::Instruction *, unsigned> Places;
  llvm::DenseMap<const llvm::BasicBlock *, Guard> Guards;
};

} // namespace bareflow
