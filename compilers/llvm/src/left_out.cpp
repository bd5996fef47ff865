// What stands in the place of that which was taken out of the archives (`trim/rules.txt`), and of
// parts of the C and C++ libraries that are named and of no use here.
//
// Functions of libraries are defined by the names they have there: the linker takes the first.
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/Pass.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;

namespace {

struct NoFunctionPass : FunctionPass {
  static char ID;
  NoFunctionPass() : FunctionPass(ID) {}
  bool runOnFunction(Function &) override { return false; }
  void getAnalysisUsage(AnalysisUsage &Usage) const override { Usage.setPreservesAll(); }
};

struct NoMachinePass : MachineFunctionPass {
  static char ID;
  NoMachinePass() : MachineFunctionPass(ID) {}
  bool runOnMachineFunction(MachineFunction &) override { return false; }
  void getAnalysisUsage(AnalysisUsage &Usage) const override {
    Usage.setPreservesAll();
    MachineFunctionPass::getAnalysisUsage(Usage);
  }
};

char NoFunctionPass::ID = 0, NoMachinePass::ID = 0;

} // namespace

#define DEFINED extern "C" __attribute__((used, visibility("default")))

// Passes that find nothing to do.
DEFINED Pass *bareflow_function_pass() { return new NoFunctionPass; }
DEFINED Pass *bareflow_machine_pass() { return new NoMachinePass; }

// A constructor of what is made, never used, and destroyed.
struct Nothing {
  virtual ~Nothing() = default;
};
DEFINED void bareflow_nothing(void *Here) { new (Here) Nothing; }

// Where a function leads that was left out: the compilation ends, and says which function it was.
DEFINED [[noreturn]] void bareflow_left_out_at(const char *After) {
  char Text[] = "a part of LLVM that was left out, at 0x0000000000000000";
  uintptr_t At = reinterpret_cast<uintptr_t>(After) - 5;
  for (char *Digit = Text + sizeof(Text) - 2; At != 0; At >>= 4)
    *Digit-- = "0123456789abcdef"[At & 15];
  report_fatal_error(Text, /*gen_crash_diag=*/false);
}
__asm__(".globl bareflow_left_out\n"
        ".type bareflow_left_out,@function\n"
        "bareflow_left_out:\n"
        " pop %rdi\n"
        " and $-16, %rsp\n"
        " call bareflow_left_out_at\n");
extern "C" void bareflow_left_out();

// What only programs with several threads, processes or loaded libraries need.
DEFINED void *__dso_handle = nullptr;
DEFINED int __pthread_once(int *Done, void (*Once)()) {
  if (*Done != 2) {
    *Done = 2;
    Once();
  }
  return 0;
}
DEFINED int pthread_once(int *Done, void (*Once)()) { return __pthread_once(Done, Once); }
DEFINED char *__cxa_demangle(const char *, char *, size_t *, int *Status) {
  if (Status)
    *Status = -1;
  return nullptr;
}
// Messages of the C library are in English.
DEFINED char *dcgettext(const char *, char *Text, int) { return Text; }
DEFINED char *__dcgettext(const char *, char *Text, int) { return Text; }
DEFINED char *dcngettext(const char *, char *Text, char *, unsigned long, int) { return Text; }

// Calls that libraries make if whoever is called is there; far from address 0 there is no other
// way of saying that nobody is.
#define NOBODY(Name) DEFINED void Name() {}
NOBODY(__nss_database_fork_prepare_parent)
NOBODY(__nss_database_fork_subprocess)
NOBODY(__mq_notify_fork_subprocess)
NOBODY(__timer_fork_subprocess)
NOBODY(__pthread_initialize_minimal)

#define FAILS(Name) DEFINED long Name() { return -1; }
FAILS(getpwnam_r)
FAILS(getpwuid_r)
FAILS(getpwuid)
FAILS(getpwnam)
FAILS(dlopen)
FAILS(dlsym)
FAILS(dlerror)
FAILS(dladdr)
FAILS(dlclose)
FAILS(iconv_open)
FAILS(iconv)
FAILS(iconv_close)

// Nothing throws.
#define NEVER(Name) DEFINED void Name() { bareflow_left_out(); }
NEVER(_Unwind_Resume)
NEVER(_Unwind_RaiseException)
NEVER(_Unwind_Resume_or_Rethrow)
NEVER(_Unwind_DeleteException)
NEVER(_Unwind_Backtrace)
NEVER(_ZSt20__throw_length_errorPKc)
NEVER(_ZSt19__throw_logic_errorPKc)
NEVER(_ZSt20__throw_out_of_rangePKc)
NEVER(_ZSt24__throw_out_of_range_fmtPKcz)
NEVER(_ZSt17__throw_bad_allocv)
NEVER(_ZSt28__throw_bad_array_new_lengthv)
NEVER(_ZSt25__throw_bad_function_callv)
NEVER(_ZSt20__throw_system_errori)
NEVER(_ZSt16__throw_bad_castv)
NEVER(_ZSt24__throw_invalid_argumentPKc)
NEVER(_ZSt21__throw_runtime_errorPKc)
NEVER(_ZSt9terminatev)
NEVER(_ZSt14__throw_domain_errorPKc)
