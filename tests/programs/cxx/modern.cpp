// What newer standards have.
#include <algorithm>
#include <any>
#include <charconv>
#include <chrono>
#include <compare>
#include <complex>
#include <functional>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

struct Version {
    int major, minor;
    auto operator<=>(const Version &) const = default;
};

template <class... Ts> struct Overloaded : Ts... {
    using Ts::operator()...;
};

template <std::integral T> constexpr T gcd(T a, T b) { return b ? gcd(b, a % b) : a; }
static_assert(gcd(48, 36) == 12);

std::string describe(const std::variant<int, double, std::string> &value) {
    return std::visit(Overloaded{
                          [](int n) { return "int " + std::to_string(n); },
                          [](double d) { return "double " + std::to_string(d); },
                          [](const std::string &s) { return "string " + s; },
                      },
                      value);
}

int main() {
    auto add = [total = 0](int n) mutable { return total += n; };
    std::function<int(int)> f = add;
    std::cout << f(3) << f(4) << add(1) << '\n';
    std::cout << describe(1) << ", " << describe(2.5) << ", " << describe(std::string("s")) << '\n';
    std::optional<std::string> some = "there", none;
    std::cout << some.value_or("-") << none.value_or("-") << some.has_value() << '\n';
    std::any anything = 5;
    std::cout << std::any_cast<int>(anything) << (std::any_cast<long>(&anything) == nullptr) << '\n';
    auto [quotient, rest] = std::make_pair(17 / 5, 17 % 5);
    auto tuple = std::make_tuple(1, 'c', std::string("three"));
    std::cout << quotient << rest << std::get<2>(tuple) << std::tuple_size_v<decltype(tuple)> << '\n';
    std::cout << (Version{1, 2} < Version{1, 10}) << (Version{2, 0} == Version{2, 0}) << '\n';
    auto squares = std::views::iota(1, 20) | std::views::filter([](int n) { return n % 2; }) |
                   std::views::transform([](int n) { return n * n; }) | std::views::take(5);
    for (int n : squares) std::cout << n << ' ';
    std::cout << '\n';
    std::vector<int> numbers{5, 2, 8, 1};
    std::span<int> part(numbers.data() + 1, 2);
    std::cout << part.size() << std::reduce(part.begin(), part.end()) << '\n';
    std::string_view view = "key=value";
    std::cout << view.substr(view.find('=') + 1) << ' ' << view.starts_with("key") << '\n';
    char digits[32];
    auto [end, error] = std::to_chars(digits, digits + sizeof digits, 0.1);
    std::cout << std::string_view(digits, end) << ' ';
    int parsed = 0;
    std::from_chars("1234x", &"1234x"[5], parsed);
    std::cout << parsed << '\n';
    std::cout << std::complex<double>(1, 2) * std::complex<double>(3, -1) << '\n';
    std::cout << std::chrono::duration_cast<std::chrono::minutes>(std::chrono::hours(2)).count() << '\n';
    std::cout << std::bind(std::minus<>(), std::placeholders::_2, std::placeholders::_1)(3, 10) << '\n';
    auto now = std::chrono::steady_clock::now();
    std::cout << (std::chrono::steady_clock::now() >= now) << '\n';
    std::cout << std::gcd(84, 36) << ' ' << std::clamp(15, 0, 9) << ' ' << std::midpoint(4, 10) << '\n';
    std::string fused = "a,b,,c";
    for (auto word : fused | std::views::split(',')) std::cout << '<' << std::string_view(word) << '>';
    std::cout << '\n';
}
