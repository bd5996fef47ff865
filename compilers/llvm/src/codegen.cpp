#include "codegen.h"

#include "llvm/CodeGen/CodeGenTargetMachineImpl.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

extern "C" {
void LLVMInitializeX86TargetInfo();
void LLVMInitializeX86Target();
void LLVMInitializeX86TargetMC();
void LLVMInitializeX86AsmPrinter();
}

namespace bareflow {

static const Target *X86;
static const char *const Name = "x86_64-unknown-linux-gnu";

void initializeTarget() {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  std::string Error;
  X86 = TargetRegistry::lookupTarget(Triple(Name), Error);
}

std::unique_ptr<TargetMachine> createMachine(const Request &Asked) {
  if (!X86)
    return nullptr;
  TargetOptions Options;
  // Nothing is contracted that the program did not contract itself.
  Options.AllowFPOpFusion = FPOpFusion::Strict;
  // What cannot be reached ends in an instruction that faults, so that a fault names the function.
  Options.TrapUnreachable = true;
  Options.NoTrapAfterNoreturn = false;
  Options.LoopAlignment = Asked.AlignLoops;
  // Code goes anywhere, and all it refers to lies within 2 GiB of it.
  return std::unique_ptr<TargetMachine>(
      X86->createTargetMachine(Triple(Name), "x86-64", Asked.Features, Options, Reloc::PIC_,
                               CodeModel::Small, CodeGenOptLevel::Aggressive));
}

// Passes for debug output, tracing, garbage collection and statepoints, of which no request has any.
static const AnalysisID NotRun[] = {
    &FixupStatepointCallerSavedID, &FEntryInserterID,
    &XRayInstrumentationID,        &PatchableFunctionID,
    &StackMapLivenessID,           &LiveDebugValuesID,
    &MachineSanitizerBinaryMetadataID, &StackFrameLayoutAnalysisPassID,
    &FuncletLayoutID,              &GCMachineCodeAnalysisID,
    &RemoveRedundantDebugValuesID, &RemoveLoadsIntoFakeUsesID,
    &ShadowStackGCLoweringID,      &GCLoweringID,
};

// What `addPassesToEmitFile` adds, without what reads and prints machine code as text.
const char *emitObject(Module &M, TargetMachine &Machine, raw_pwrite_stream &Out) {
  auto &Target = static_cast<CodeGenTargetMachineImpl &>(Machine);
  legacy::PassManager Passes;
  auto *Info = new MachineModuleInfoWrapperPass(&Target);
  TargetPassConfig *Config = Target.createPassConfig(Passes);
  Config->setDisableVerify(true);
  for (AnalysisID Needless : NotRun)
    Config->disablePass(Needless);
  Passes.add(Config);
  Passes.add(Info);
  if (Config->addISelPasses())
    return "the target selects no instructions";
  Config->addMachinePasses();
  Config->setInitialized();
  if (Target.addAsmPrinter(Passes, Out, nullptr, CodeGenFileType::ObjectFile,
                           Info->getMMI().getContext()))
    return "the target writes no objects";
  Passes.add(createFreeMachineFunctionPass());
  Passes.run(M);
  return nullptr;
}

} // namespace bareflow
