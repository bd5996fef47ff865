// In which order a loop touches memory: whether its elements can be done one after the other.
#pragma once

#include "roots.h"

#include "llvm/Analysis/AliasAnalysis.h"

namespace bareflow {

class Order {
public:
  Order(Roots &Of, llvm::AAResults &Aliases) : Of(Of), Aliases(Aliases) {}

  // Whether no two accesses that could be to the same place change their order, as long as arrays lie
  // apart that are to be compared.
  bool keeps();

  // Pairs of arrays to compare before the loop.
  const std::set<std::pair<unsigned, unsigned>> &checks() const { return Checks; }

  // The number of the array that an element at position 0 is in.
  unsigned arrayOf(const Moving &Element);
  size_t arrays() const { return Arrays.size(); }

  // The address where an array begins, or ends, as far as the loop accesses it.
  const llvm::SCEV *border(unsigned Array, bool End) const;

private:
  // An access to an element: by an instruction, at a position; and by which lane of which instruction
  // the element of its array at position 0 is accessed.
  struct Access {
    llvm::Instruction *I;
    unsigned At;
    llvm::Instruction *First;
    unsigned FirstLane;
  };
  // Elements with a constant distance between them, in bytes from the first one that was met.
  struct Array {
    const llvm::SCEV *First;
    int64_t Size;
    int64_t Low;
    int64_t High;
  };

  bool mayFollow(const Access &X, const Access &Y);

  Roots &Of;
  llvm::AAResults &Aliases;
  llvm::SmallVector<Array, 8> Arrays;
  std::set<std::pair<unsigned, unsigned>> Checks;
};

} // namespace bareflow
