// What takes an exception of C++, in place of the ABI library's personality: there are no tables to read, the
// attempts of a program have their clauses with them (c/unwinding.c of the C library). Types are asked
// themselves, as there.
#include "cxa_exception.h"
#include "cxa_handlers.h"
#include "private_typeinfo.h"
#include <cstdlib>
#include <exception>
#include <typeinfo>

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

// The types that a function lists.
class Listed {
    const std::type_info *const *first;

public:
    explicit Listed(const unsigned char *kept)
        : first(reinterpret_cast<const std::type_info *const *>(kept)) {}

    // Whether an object of a type is of one of them.
    bool has(const std::type_info *type, void *object) const {
        auto *is = static_cast<const __shim_type_info *>(type);
        for (auto *at = first; *at; at++) {
            void *adjusted = object;
            if (static_cast<const __shim_type_info *>(*at)->can_catch(is, adjusted)) return true;
        }
        return false;
    }
};

// Ends a catch, however it is left.
struct Caught {
    ~Caught() { __cxa_end_catch(); }
};

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

// Keeps what a function lists that an exception must not leave: types up to a null.
void __bf_cxx_outside(_Unwind_Exception *exception, const std::type_info *const *listed) {
    if (!__isOurExceptionClass(exception)) return;
    header(exception)->languageSpecificData = reinterpret_cast<const unsigned char *>(listed);
}

// What leaves a function that says it throws other things only (before C++17). What the handler throws in its place
// goes on where the function lists it, or as `std::bad_exception` where that is listed.
[[noreturn]] void __cxa_call_unexpected(void *exception) {
    auto *unwinding = static_cast<_Unwind_Exception *>(exception);
    __cxa_begin_catch(exception);
    Caught ended_at_last;
    if (!__isOurExceptionClass(unwinding)) std::terminate();
    // Copies: the exception has others when the handler throws it again.
    __cxa_exception *own = header(unwinding);
    const Listed listed(own->languageSpecificData);
    std::terminate_handler last = own->terminateHandler;
    try {
        own->unexpectedHandler();
    } catch (...) {
        __cxa_exception *other = __cxa_get_globals()->caughtExceptions;
        _Unwind_Exception *thrown_now = &other->unwindHeader;
        if (other != own && __isOurExceptionClass(thrown_now) &&
            listed.has(other->exceptionType, thrown(thrown_now)))
            throw;
        std::bad_exception bad;
        if (listed.has(&typeid(bad), &bad)) throw bad;
    }
    std::__terminate(last);
}

// The name that objects compiled with exceptions refer to; nothing calls it.
_Unwind_Reason_Code __gxx_personality_v0(int, _Unwind_Action, uint64_t, _Unwind_Exception *,
                                         struct _Unwind_Context *) {
    std::abort();
}

} // extern "C"
