// Exceptions beside setjmp: each leaves the other's places alone.
#include <csetjmp>
#include <cstdio>
#include <stdexcept>
#include <string>

static std::jmp_buf place;

[[gnu::noinline]] void jump(int value) { std::longjmp(place, value); }
[[gnu::noinline]] void raise(int value) { throw std::out_of_range(std::to_string(value)); }
[[gnu::noinline]] void either(int value) {
    if (value % 2) jump(value);
    raise(value);
}

[[gnu::noinline]] void attempt(int value) {
    try {
        either(value);
    } catch (const std::runtime_error &) {
        std::puts("not this");
    }
}

[[gnu::noinline]] int round(volatile int value) {
    volatile int result = 0;
    int came = setjmp(place);
    if (came) return 100 + came;
    try {
        attempt(value);
    } catch (const std::exception &e) {
        result = std::stoi(e.what());
    }
    return result;
}

int main() {
    for (int value = 0; value < 8; value++) std::printf("%d\n", round(value));
    try { // the list of what is under way is right behind all of it
        raise(5);
    } catch (const std::logic_error &e) {
        std::puts(e.what());
    }
}
