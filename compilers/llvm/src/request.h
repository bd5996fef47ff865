// What is asked: one function to compile.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>

namespace bareflow {

// A request. What it refers to lies in the frame it was read from.
struct Request {
  // A module in which the function is defined, and whatever may be inlined into it.
  llvm::StringRef Bitcode;
  // The name of the function.
  llvm::StringRef Entry;
  // Features of the processor beyond x86-64, as LLVM spells them: "+avx2,+fma".
  llvm::StringRef Features;
  // The processor to schedule for, by LLVM's name; "generic" fits all.
  llvm::StringRef Tuning = "generic";
  // Library functions that code may call although the module does not.
  llvm::SmallVector<llvm::StringRef, 8> Library;
  // Cost of a call up to which it is inlined, if not what -O3 says.
  std::optional<unsigned> Inline;
  // Times a loop is unrolled at most; 1 is not at all.
  std::optional<unsigned> Unroll;
  // Bytes that loops are aligned to.
  unsigned AlignLoops = 0;
  // Bits of the widest vectors to prefer; 0: as the processor does.
  unsigned Vectors = 0;
  // Vectors of neighbours in straight code alone, none of rounds of loops.
  bool Neighbours = false;
  // Small code rather than fast code.
  bool Size = false;

  // Reads the fields of a frame. On failure, says what is wrong.
  static const char *parse(llvm::StringRef Frame, Request &Out);
};

} // namespace bareflow
