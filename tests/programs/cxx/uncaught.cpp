// dies: of an exception that nobody catches
#include <iostream>
#include <stdexcept>

struct Trace {
    ~Trace() { std::cout << "never" << std::endl; }
};

void fails() { throw std::runtime_error("nobody catches it"); }

int main() {
    Trace trace;
    std::cout << "before" << std::endl;
    try {
        fails();
    } catch (int) {
        std::cout << "not this" << std::endl;
    }
}
