// flags: -std=c++14
// Functions that list what they throw: handlers that throw something else in its place, what is listed and what is not.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

struct Base {
    int number;
};
struct Other {
    long filler[3];
};
struct Derived : Other, Base {
    Derived(int number) : Other(), Base{number} {}
};

struct Trace {
    const char *name;
    ~Trace() { std::printf("~%s ", name); }
};

static void lists_base() throw(Base, std::logic_error) {
    Trace trace{"lists_base"};
    throw 1;
}
static void lists_bad() throw(std::bad_exception) {
    Trace trace{"lists_bad"};
    throw std::string("a string");
}
static void lists_both(int what) throw(int, std::bad_exception) {
    if (what == 0) throw 7;
    throw 1.5;
}
static void outer() throw(std::runtime_error, const char *) {
    Trace trace{"outer"};
    lists_base();
}

static void throws_derived() { throw Derived(5); }
static void throws_text() { throw "text"; }
static void throws_again() { throw; }
static void throws_error() { throw std::out_of_range("out of range"); }
static void throws_float() { throw 2.5f; }
static void catches_first() {
    try {
        throw;
    } catch (int number) {
        std::printf("the handler saw %d, ", number);
    } catch (...) {
        std::printf("the handler saw something, ");
    }
    throw Base{9};
}
static void ends() {
    std::printf("terminated\n");
    std::fflush(stdout);
    std::_Exit(3);
}

template <class Call> static void tried(const char *name, Call call) {
    std::printf("%s: ", name);
    try {
        call();
        std::printf("nothing");
    } catch (const Derived &derived) {
        std::printf("derived %d", derived.number);
    } catch (const Base &base) {
        std::printf("base %d", base.number);
    } catch (int number) {
        std::printf("int %d", number);
    } catch (const char *text) {
        std::printf("%s", text);
    } catch (const std::bad_exception &) {
        std::printf("bad exception");
    } catch (const std::logic_error &error) {
        std::printf("%s", error.what());
    } catch (const std::exception &) {
        std::printf("an exception");
    } catch (...) {
        std::printf("something");
    }
    std::printf(", under way %d, there is one %d\n", std::uncaught_exception(), std::current_exception() != nullptr);
}

int main() {
    std::set_terminate(ends);
    std::set_unexpected(throws_derived);
    tried("a derived class", lists_base);
    std::set_unexpected(throws_error);
    tried("a derived error", lists_base);
    std::set_unexpected(catches_first);
    for (int i = 0; i < 3; i++) tried("after a look", lists_base);
    std::set_unexpected(throws_text);
    tried("not listed, bad is", lists_bad);
    tried("listed", [] { lists_both(0); });
    tried("not listed", [] { lists_both(1); });
    std::set_unexpected(throws_again);
    tried("again", lists_bad);
    tried("again", [] { lists_both(1); });
    std::set_unexpected([] {
        static int calls;
        if (calls++ == 0) throw Base{1};
        throw "from the second call";
    });
    tried("two of them", outer);
    std::set_unexpected(throws_float);
    tried("neither", lists_base);
    return 0;
}
