// LLVM as a compiler that stays: requests in, objects out, until there are no more requests.
//
// An answer is a byte that says which kind it is, and what follows: 'o' an ELF object; 'e' what is
// wrong with the request; 'f' what LLVM died of. After 'f' memory is not given back and LLVM may be
// in any state: whoever asks should start another one.
#include "codegen.h"
#include "compile.h"
#include "frame.h"

#include "llvm/Support/ErrorHandling.h"
#include <csetjmp>

using namespace llvm;

static jmp_buf Back;
static char Why[512];

// LLVM gives up. It never returns from here, but we may leave by another door.
static void giveUp(void *, const char *Reason, bool) {
  size_t At = 0;
  for (; Reason && Reason[At] && At + 1 < sizeof(Why); At++)
    Why[At] = Reason[At];
  Why[At] = 0;
  longjmp(Back, 1);
}

static void answer(StringRef Frame) {
  bareflow::Request Asked;
  if (const char *Wrong = bareflow::Request::parse(Frame, Asked)) {
    bareflow::writeFrame('e', Wrong);
    return;
  }
  SmallVector<char, 0> Object;
  std::string Error;
  if (bareflow::compile(Asked, Object, Error))
    bareflow::writeFrame('o', StringRef(Object.data(), Object.size()));
  else
    bareflow::writeFrame('e', Error);
}

int main() {
  install_fatal_error_handler(giveUp);
  install_bad_alloc_error_handler(giveUp);
  bareflow::initializeTarget();
  static SmallVector<char, 0> Frame;
  while (bareflow::readFrame(Frame)) {
    if (setjmp(Back) == 0)
      answer(StringRef(Frame.data(), Frame.size()));
    else
      bareflow::writeFrame('f', Why);
  }
  return 0;
}
