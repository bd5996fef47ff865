// What takes an exception of C++, in place of the ABI library's personality: there are no tables to read, the
// attempts of a program have their clauses with them (c/unwinding.c of the C library). Types are asked
// themselves, as there.
#include "cxa_exception.h"
#include "cxa_handlers.h"
#include "private_typeinfo.h"
#include <cstdlib>

using namespace __cxxabiv1;

namespace {

__cxa_exception *header(_Unwind_Exception *exception) {
    return reinterpret_cast<__cxa_exception *>(exception + 1) - 1;
}

// What was thrown: behind the header, or where the exception is that this one stands for.
void *thrown(_Unwind_Exception *exception) {
    void *behind = exception + 1;
    if (__getExceptionClass(exception) != kOurDependentExceptionClass) return behind;
    return (static_cast<__cxa_dependent_exception *>(behind) - 1)->primaryException;
}

} // namespace

extern "C" {

// Whether an exception is of a type, or, without a type, whatever it is. Those of other languages have none.
int __bf_cxx_takes(_Unwind_Exception *exception, const std::type_info *type) {
    if (!__isOurExceptionClass(exception)) return !type;
    __cxa_exception *own = header(exception);
    void *adjusted = thrown(exception);
    if (type) {
        auto *wanted = static_cast<const __shim_type_info *>(type);
        auto *is = static_cast<const __shim_type_info *>(own->exceptionType);
        if (!wanted->can_catch(is, adjusted)) return false;
    }
    own->adjustedPtr = adjusted;
    return true;
}

// What leaves a function that says it throws other things only (before C++17).
[[noreturn]] void __cxa_call_unexpected(void *exception) {
    auto *unwinding = static_cast<_Unwind_Exception *>(exception);
    __cxa_begin_catch(exception);
    if (!__isOurExceptionClass(unwinding)) std::terminate();
    std::terminate_handler last = header(unwinding)->terminateHandler;
    try {
        header(unwinding)->unexpectedHandler();
    } catch (...) {
        // What the handler throws would be asked for again: the lists of types are gone by then.
    }
    std::__terminate(last);
}

// The name that objects compiled with exceptions refer to; nothing calls it.
_Unwind_Reason_Code __gxx_personality_v0(int, _Unwind_Action, uint64_t, _Unwind_Exception *,
                                         struct _Unwind_Context *) {
    std::abort();
}

} // extern "C"
