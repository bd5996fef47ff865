// Frames: how requests come in and answers go out, over two file descriptors.
//
// A frame is a length of four bytes, little-endian, and as many bytes. Nothing else is ever
// written to standard output.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

namespace bareflow {

// Reads the next frame. False when there is none any more.
bool readFrame(llvm::SmallVectorImpl<char> &Frame);

// Writes a frame of one byte and what follows it.
void writeFrame(char Kind, llvm::StringRef Bytes);

} // namespace bareflow
