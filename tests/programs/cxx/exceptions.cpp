// Exceptions: what catches what, what is cleaned up on the way, and what is between.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>

struct Trace {
    const char *name;
    explicit Trace(const char *name) : name(name) {}
    ~Trace() { std::cout << '~' << name << (std::uncaught_exceptions() ? "!" : "") << ' '; }
};

struct Error : std::exception {
    int code;
    explicit Error(int code) : code(code) {}
    const char *what() const noexcept override { return "an error"; }
};
struct Special : Error {
    using Error::Error;
};
struct Interface {
    virtual ~Interface() = default;
    int tag = 9;
};
struct Both : Interface, Special {
    Both() : Special(77) {}
};

[[gnu::noinline]] int thrower(int what) {
    Trace trace("thrower");
    switch (what) {
    case 0: return 5;
    case 1: throw 42;
    case 2: throw std::runtime_error("run time");
    case 3: throw Special(3);
    case 4: throw "text";
    case 5: throw Both();
    case 6: throw std::string("a string that is longer than what fits into a string itself");
    case 7: throw 1.5;
    case 8: throw new Special(8);
    default: throw 2L;
    }
}

[[gnu::noinline]] int middle(int what) {
    Trace one("one");
    int result = thrower(what);
    Trace two("two");
    return result + 1;
}

void catches(int what) {
    try {
        std::cout << middle(what);
    } catch (int n) {
        std::cout << "int " << n;
    } catch (const Special &e) {
        std::cout << "special " << e.code;
    } catch (const std::exception &e) {
        std::cout << "exception " << e.what();
    } catch (const char *text) {
        std::cout << text;
    } catch (std::string &text) {
        std::cout << text.size();
    } catch (Error *e) {
        std::cout << "pointer " << e->code;
        delete static_cast<Special *>(e);
    } catch (...) {
        std::cout << "something";
    }
    std::cout << '\n';
}

int compare(const void *a, const void *b) {
    int x = *static_cast<const int *>(a), y = *static_cast<const int *>(b);
    if (x == 13 || y == 13) throw std::domain_error("thirteen");
    return x - y;
}

struct Member {
    Trace trace{"member"};
    std::unique_ptr<int> owned = std::make_unique<int>(1);
    explicit Member(bool fails) {
        if (fails) throw Error(1);
    }
};
struct Whole {
    Member first{false}, second;
    explicit Whole(bool fails) try : second(fails) {
        std::cout << "whole ";
    } catch (Error &) {
        std::cout << "in vain ";
    }
};

int recursion(int depth) {
    Trace *none = nullptr;
    std::string keeps(static_cast<size_t>(depth % 50), 'k');
    if (depth == 0) throw Error(1000);
    int result = recursion(depth - 1) + static_cast<int>(keeps.size()) + (none != nullptr);
    return result;
}

long sum(int n) noexcept {
    long total = 0;
    for (int i = 0; i < n; i++) {
        try {
            if (i % 3 == 0) throw i;
            total += 1;
        } catch (int value) {
            total += value;
        }
    }
    return total;
}

int main() {
    for (int what = 0; what < 10; what++) catches(what);

    try { // rethrown, with something else caught meanwhile
        try {
            middle(3);
        } catch (Error &e) {
            e.code = 33;
            try {
                thrower(1);
            } catch (int n) {
                std::cout << "inner " << n << ' ';
            }
            throw;
        }
    } catch (Special &e) {
        std::cout << "outer " << e.code << '\n';
    }

    try { // through C
        int numbers[] = {5, 13, 2, 8};
        std::qsort(numbers, 4, sizeof numbers[0], compare);
    } catch (std::logic_error &e) {
        std::cout << e.what() << '\n';
    }

    for (bool fails : {false, true}) {
        try {
            Whole whole(fails);
        } catch (Error &e) {
            std::cout << "caught " << e.code;
        }
        std::cout << '\n';
    }

    // What the library throws.
    static char *volatile wanted;
    const std::function<void()> library[] = {
        [] { std::vector<int>(3).at(5); },
        [] { (void)std::stoi("none"); },
        [] { (void)std::stol("99999999999999999999999"); },
        [] { std::map<int, int>().at(1); },
        [] { std::string("abc").substr(7); },
        [] { std::function<void()>()(); },
        [] { std::optional<int>().value(); },
        [] { Interface plain; (void)dynamic_cast<Both &>(plain); },
        // Kept where anybody may look: what nobody looks at a compiler need not ask for.
        [] { wanted = new char[static_cast<size_t>(std::atol("4000000000000000000"))]; },
        [] { std::vector<int> v; v.reserve(static_cast<size_t>(-1)); },
    };
    for (const auto &fails : library) {
        try {
            fails();
            std::cout << "nothing";
        } catch (const std::out_of_range &) {
            std::cout << "out of range";
        } catch (const std::invalid_argument &) {
            std::cout << "invalid argument";
        } catch (const std::length_error &) {
            std::cout << "length";
        } catch (const std::bad_function_call &) {
            std::cout << "bad function";
        } catch (const std::bad_optional_access &) {
            std::cout << "bad optional";
        } catch (const std::bad_cast &) {
            std::cout << "bad cast";
        } catch (const std::bad_alloc &) {
            std::cout << "bad alloc";
        }
        std::cout << '\n';
    }

    std::exception_ptr kept; // kept for later
    try {
        thrower(2);
    } catch (...) {
        kept = std::current_exception();
    }
    for (int i = 0; i < 2; i++) {
        try {
            std::rethrow_exception(kept);
        } catch (std::exception &e) {
            std::cout << "again " << e.what() << '\n';
        }
    }
    try {
        try {
            thrower(3);
        } catch (...) {
            std::throw_with_nested(std::runtime_error("around"));
        }
    } catch (std::exception &e) {
        std::cout << e.what();
        try {
            std::rethrow_if_nested(e);
        } catch (Error &inner) {
            std::cout << " inside " << inner.code << '\n';
        }
    }
    try {
        recursion(300);
    } catch (Error &e) {
        std::cout << e.code << '\n';
    }
    std::cout << sum(1000) << ' ' << noexcept(sum(1)) << noexcept(recursion(1)) << '\n';
    int caught = 0;
    for (int i = 0; i < 2000; i++) {
        try {
            std::unique_ptr<int> owned(new int(i));
            if (i % 2) throw Special(*owned);
        } catch (Error &e) {
            caught += e.code & 1;
        }
    }
    std::cout << caught << std::endl;
    return 0;
}
