// Machine code for what the passes have left.
#pragma once

#include "request.h"

#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace bareflow {

// Makes the one target known. To be called once.
void initializeTarget();

// A machine with the features and the tuning that were asked for.
std::unique_ptr<llvm::TargetMachine> createMachine(const Request &Asked);

// Writes the module's definitions as an ELF object. On failure, says why.
const char *emitObject(llvm::Module &M, llvm::TargetMachine &Machine, llvm::raw_pwrite_stream &Out);

} // namespace bareflow
