#include "compile.h"

#include "analyses.h"
#include "codegen.h"
#include "inliner.h"
#include "pipeline.h"

#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace bareflow {

namespace {

// Keeps the first error that LLVM has to tell. Without this it would print it and exit.
struct FirstError : DiagnosticHandler {
  std::string &Error;
  explicit FirstError(std::string &Error) : Error(Error) {}
  bool handleDiagnostics(const DiagnosticInfo &Info) override {
    if (Info.getSeverity() == DS_Error && Error.empty()) {
      raw_string_ostream Out(Error);
      DiagnosticPrinterRawOStream Printer(Out);
      Info.print(Printer);
    }
    return true;
  }
};

// Functions that a compiler may know by name. All others are whatever the program's library says,
// down to the last bit of a logarithm: LLVM would compute that by the library it was linked with.
constexpr const char *Known[] = {"memcpy", "memmove", "memset", "memcmp"};

TargetLibraryInfoImpl library(const Request &Asked, const Triple &Machine) {
  TargetLibraryInfoImpl Library(Machine);
  Library.disableAllFunctions();
  for (StringRef Name : Asked.Library) {
    LibFunc Function;
    if (is_contained(Known, Name) && Library.getLibFunc(Name, Function))
      Library.setAvailable(Function);
  }
  return Library;
}

void setAttributes(Function &F, const Request &Asked) {
  F.addFnAttr("target-cpu", "x86-64");
  F.addFnAttr("tune-cpu", Asked.Tuning);
  if (!Asked.Features.empty())
    F.addFnAttr("target-features", Asked.Features);
  if (Asked.Vectors != 0)
    F.addFnAttr("prefer-vector-width", std::to_string(Asked.Vectors));
  if (Asked.Size) {
    F.addFnAttr(Attribute::OptimizeForSize);
    F.addFnAttr(Attribute::MinSize);
  }
  // A function of many pages of stack touches each, so that a guard page is met.
  F.addFnAttr("probe-stack", "inline-asm");
  // Backtraces follow frame pointers.
  F.addFnAttr("frame-pointer", "non-leaf");
  // One of these that is compiled must not become a call of itself.
  if (is_contained(Known, F.getName()))
    F.addFnAttr("no-builtins");
}

} // namespace

bool compile(const Request &Asked, SmallVectorImpl<char> &Object, std::string &Error) {
  LLVMContext Context;
  Context.setDiscardValueNames(true);
  Context.setDiagnosticHandler(std::make_unique<FirstError>(Error));
  auto Read = parseBitcodeFile(MemoryBufferRef(Asked.Bitcode, "request"), Context);
  if (!Read) {
    Error = toString(Read.takeError());
    return false;
  }
  std::unique_ptr<Module> M = std::move(*Read);
  raw_string_ostream Words(Error);
  if (verifyModule(*M, &Words))
    return false;
  Function *Entry = M->getFunction(Asked.Entry);
  if (!Entry || Entry->isDeclarationForLinker()) {
    Error = "the entry is not defined";
    return false;
  }
  std::unique_ptr<TargetMachine> Machine = createMachine(Asked);
  if (!Machine) {
    Error = "there is no such machine";
    return false;
  }
  M->setTargetTriple(Machine->getTargetTriple());
  M->setDataLayout(Machine->createDataLayout());
  for (Function &F : *M)
    if (!F.isDeclaration())
      setAttributes(F, Asked);

  {
    Analyses A(*Machine, library(Asked, Machine->getTargetTriple()));
    FunctionPassManager Early = earlyPasses(), Simplify = simplifyingPasses(Asked);
    for (Function &F : *M)
      if (!F.isDeclaration())
        A.run(Early, F);
    Inliner Inline(*M, A, Simplify, Asked);
    Inline.visit(*Entry);
    if (!Asked.Size)
      Inline.inlineIntoItself(*Entry);
    FunctionPassManager Final = finalPasses(Asked);
    A.run(Final, *Entry);
  }
  // What was there to be inlined only costs time from here on.
  for (Function &F : *M)
    if (&F != Entry && F.hasAvailableExternallyLinkage())
      F.deleteBody();

  raw_svector_ostream Out(Object);
  if (const char *Why = emitObject(*M, *Machine, Out)) {
    Error = Why;
    return false;
  }
  return Error.empty();
}

} // namespace bareflow
