// A request is a row of fields: a byte that says which, a length of four bytes, little-endian,
// and the field itself. Numbers are decimal digits.
#include "request.h"

using namespace llvm;

namespace bareflow {

static bool number(StringRef Text, unsigned &Out) { return !Text.getAsInteger(10, Out); }

const char *Request::parse(StringRef Frame, Request &Out) {
  while (!Frame.empty()) {
    if (Frame.size() < 5)
      return "a field without a length";
    auto Byte = [&](size_t At) { return static_cast<unsigned char>(Frame[At]); };
    size_t Length = Byte(1) | Byte(2) << 8 | Byte(3) << 16 | static_cast<size_t>(Byte(4)) << 24;
    char Kind = Frame[0];
    Frame = Frame.drop_front(5);
    if (Length > Frame.size())
      return "a field longer than its request";
    StringRef Field = Frame.take_front(Length);
    Frame = Frame.drop_front(Length);
    unsigned Value = 0;
    switch (Kind) {
    case 'b': Out.Bitcode = Field; break;
    case 'e': Out.Entry = Field; break;
    case 'f': Out.Features = Field; break;
    case 't': Out.Tuning = Field; break;
    case 'l': Out.Library.push_back(Field); break;
    case 's': Out.Size = true; break;
    case 'n': Out.Neighbours = true; break;
    case 'i': if (!number(Field, Value)) return "a budget that is no number"; Out.Inline = Value; break;
    case 'u': if (!number(Field, Value)) return "an unrolling that is no number"; Out.Unroll = Value; break;
    case 'a': if (!number(Field, Value)) return "an alignment that is no number"; Out.AlignLoops = Value; break;
    case 'w': if (!number(Field, Value)) return "a width that is no number"; Out.Vectors = Value; break;
    default: return "a field of an unknown kind";
    }
  }
  if (Out.Bitcode.empty() || Out.Entry.empty())
    return "a request without bitcode or without an entry";
  return nullptr;
}

} // namespace bareflow
