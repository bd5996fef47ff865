// dies: of an exception that leaves a function which says that none does
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>

void fails(int n) {
    if (n) throw std::runtime_error("out");
}

void says(int n) noexcept { fails(n); }

int main(int argc, char **) {
    std::set_terminate([] {
        std::puts("terminate");
        std::fflush(stdout);
        std::abort();
    });
    says(0);
    try {
        says(argc);
    } catch (...) {
        std::puts("not caught");
    }
}
