#include "frame.h"

#include <cstdint>
#include <unistd.h>

namespace bareflow {

// A length beyond this is no request but bytes out of step.
static constexpr uint32_t MaxLength = 256u << 20;

static bool readWhole(char *Bytes, size_t Length) {
  while (Length > 0) {
    ssize_t Read = read(0, Bytes, Length);
    if (Read <= 0)
      return false;
    Bytes += Read;
    Length -= static_cast<size_t>(Read);
  }
  return true;
}

static void writeWhole(const char *Bytes, size_t Length) {
  while (Length > 0) {
    ssize_t Written = write(1, Bytes, Length);
    // Nobody listens any more: there is nobody to tell, either.
    if (Written <= 0)
      _exit(1);
    Bytes += Written;
    Length -= static_cast<size_t>(Written);
  }
}

bool readFrame(llvm::SmallVectorImpl<char> &Frame) {
  unsigned char Head[4];
  if (!readWhole(reinterpret_cast<char *>(Head), sizeof(Head)))
    return false;
  uint32_t Length = Head[0] | Head[1] << 8 | Head[2] << 16 | static_cast<uint32_t>(Head[3]) << 24;
  if (Length > MaxLength)
    return false;
  Frame.resize_for_overwrite(Length);
  return readWhole(Frame.data(), Length);
}

void writeFrame(char Kind, llvm::StringRef Bytes) {
  uint32_t Length = static_cast<uint32_t>(Bytes.size()) + 1;
  char Head[5];
  for (int At = 0; At < 4; At++)
    Head[At] = static_cast<char>(Length >> 8 * At);
  Head[4] = Kind;
  writeWhole(Head, sizeof(Head));
  writeWhole(Bytes.data(), Bytes.size());
}

} // namespace bareflow
