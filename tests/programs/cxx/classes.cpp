// Classes: virtual functions and bases, types at run time, objects with static lives, memory of one's own.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <typeinfo>
#include <vector>

static long allocated;
void *operator new(std::size_t bytes) {
    allocated++;
    return std::malloc(bytes);
}
void operator delete(void *at) noexcept { std::free(at); }
void operator delete(void *at, std::size_t) noexcept { std::free(at); }

struct Named {
    const char *name;
    explicit Named(const char *name) : name(name) { std::printf("+%s\n", name); }
    Named(const Named &) = delete;
    ~Named() { std::printf("-%s\n", name); }
};

Named first("first"), second("second");

struct Shape {
    virtual ~Shape() = default;
    virtual double area() const = 0;
    virtual std::string name() const { return "shape"; }
};
struct Square : Shape {
    double side;
    explicit Square(double side) : side(side) {}
    double area() const override { return side * side; }
    std::string name() const override { return "square"; }
};
struct Circle final : Shape {
    double radius;
    explicit Circle(double radius) : radius(radius) {}
    double area() const override { return 3 * radius * radius; }
};

struct Base {
    int base = 1;
    virtual ~Base() = default;
    virtual int id() const { return 1; }
};
struct Left : virtual Base {
    int left = 2;
    int id() const override { return 2; }
};
struct Right : virtual Base {
    int right = 3;
};
struct Bottom : Left, Right {
    int bottom = 4;
    int id() const override { return base + left + right + bottom; }
};
struct Other {
    virtual ~Other() = default;
};

Named &once(int n) {
    static Named named(n == 1 ? "once" : "never");
    return named;
}

template <int N> struct Counter {
    static int count;
    Counter() { count++; }
};
template <int N> int Counter<N>::count = N;

int initialised = [] {
    std::puts("before main");
    return 17;
}();

int main() {
    std::vector<std::unique_ptr<Shape>> shapes;
    shapes.push_back(std::make_unique<Square>(2));
    shapes.push_back(std::make_unique<Circle>(1));
    for (const auto &shape : shapes) {
        std::cout << shape->name() << ' ' << shape->area() << ' ' << (dynamic_cast<Square *>(shape.get()) != nullptr)
                  << (typeid(*shape) == typeid(Circle)) << '\n';
    }
    Bottom bottom;
    Base *base = &bottom;
    std::cout << base->id() << ' ' << dynamic_cast<Right *>(base)->right << ' '
              << (dynamic_cast<Other *>(base) == nullptr) << (dynamic_cast<void *>(base) == &bottom) << ' '
              << dynamic_cast<Left *>(static_cast<Right *>(&bottom))->left << '\n';
    int Bottom::*member = &Bottom::bottom;
    int (Base::*method)() const = &Base::id;
    std::cout << bottom.*member << (base->*method)() << '\n';
    std::cout << typeid(int).name() << ' ' << typeid(Bottom).name() << ' ' << typeid(base).name() << '\n';
    std::cout << &once(1) - &once(2) << ' ' << initialised << '\n';
    Counter<3> a, b;
    Counter<5> c;
    std::cout << Counter<3>::count << Counter<5>::count << '\n';
    {
        std::shared_ptr<Named> shared = std::make_shared<Named>("shared");
        std::weak_ptr<Named> weak = shared;
        auto copy = shared;
        std::cout << shared.use_count() << weak.expired() << std::endl;
        shared.reset();
        copy.reset();
        std::cout << weak.expired() << std::endl;
    }
    alignas(64) static char room[64];
    Named *placed = new (room) Named("placed");
    placed->~Named();
    long before = allocated;
    std::string longer(100, 'x');
    std::cout << (allocated - before) << ' ' << (allocated > 0) << '\n';
    for (int i = 0; i < 100; i++) std::atexit([] { static int left = 100; if (--left == 0) std::puts("all of a hundred"); });
    return 3;
}
