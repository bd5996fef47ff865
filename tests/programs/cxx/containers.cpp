// Containers and algorithms.
#include <algorithm>
#include <array>
#include <bitset>
#include <deque>
#include <forward_list>
#include <iostream>
#include <iterator>
#include <list>
#include <map>
#include <numeric>
#include <queue>
#include <random>
#include <set>
#include <stack>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

template <class C> void show(const char *name, const C &all) {
    std::cout << name << ':';
    for (const auto &one : all) std::cout << ' ' << one;
    std::cout << '\n';
}

int main() {
    std::mt19937 random(12345);
    std::vector<int> numbers(200);
    for (int &n : numbers) n = static_cast<int>(random() % 1000);
    auto sorted = numbers;
    std::sort(sorted.begin(), sorted.end());
    auto stable = numbers;
    std::stable_sort(stable.begin(), stable.end(), [](int a, int b) { return a % 10 < b % 10; });
    std::cout << std::is_sorted(sorted.begin(), sorted.end()) << ' ' << sorted.front() << ' ' << sorted.back() << ' '
              << stable[0] << ' ' << stable[100] << ' ' << stable[199] << '\n';
    auto last = std::unique(sorted.begin(), sorted.end());
    sorted.erase(last, sorted.end());
    std::cout << sorted.size() << ' ' << std::accumulate(sorted.begin(), sorted.end(), 0LL) << ' '
              << *std::lower_bound(sorted.begin(), sorted.end(), 500) << '\n';
    std::nth_element(numbers.begin(), numbers.begin() + 100, numbers.end());
    std::cout << numbers[100] << ' ' << std::count_if(numbers.begin(), numbers.end(), [](int n) { return n % 2; })
              << '\n';

    std::map<std::string, std::vector<int>> index;
    const char *words[] = {"the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog", "the", "end"};
    int at = 0;
    for (const char *word : words) index[word].push_back(at++);
    for (const auto &[word, places] : index) {
        std::cout << word;
        for (int place : places) std::cout << ' ' << place;
        std::cout << '\n';
    }
    index.erase("fox");
    std::cout << index.count("fox") << index.contains("dog") << index.lower_bound("l")->first << '\n';

    std::unordered_map<std::string, int> counts;
    for (int i = 0; i < 1000; i++) counts["key" + std::to_string(i % 37)] += i;
    long sum = 0;
    for (const auto &[key, count] : counts) sum += count * static_cast<long>(key.size());
    std::cout << counts.size() << ' ' << counts["key5"] << ' ' << sum << '\n';
    std::unordered_set<int> seen(numbers.begin(), numbers.end());
    std::cout << seen.size() << '\n';

    std::set<int, std::greater<>> down{3, 1, 4, 1, 5, 9, 2, 6};
    show("set", down);
    std::multimap<int, char> many{{2, 'b'}, {1, 'a'}, {2, 'c'}};
    for (auto [k, v] : many) std::cout << k << v << ' ';
    std::cout << '\n';
    std::deque<int> deque{1, 2, 3};
    deque.push_front(0);
    deque.push_back(4);
    show("deque", deque);
    std::list<int> list(deque.begin(), deque.end());
    list.splice(list.begin(), list, std::prev(list.end()));
    list.reverse();
    show("list", list);
    std::forward_list<int> forward{5, 3, 8};
    forward.sort();
    show("forward", forward);
    std::priority_queue<int> heap;
    for (int n : {5, 1, 8, 3}) heap.push(n);
    std::stack<int> stack;
    while (!heap.empty()) stack.push(heap.top()), heap.pop();
    while (!stack.empty()) std::cout << stack.top() << ' ', stack.pop();
    std::cout << '\n';
    std::array<int, 5> array{5, 4, 3, 2, 1};
    std::ranges::sort(array);
    show("array", array);
    std::bitset<70> bits(0x123456789);
    bits.flip(69);
    std::cout << bits.count() << ' ' << bits << '\n';
    std::vector<bool> flags(100);
    for (int i = 0; i < 100; i += 7) flags[i] = true;
    std::cout << std::count(flags.begin(), flags.end(), true) << '\n';

    std::string text = "permutation";
    std::sort(text.begin(), text.end());
    std::next_permutation(text.begin(), text.end());
    std::cout << text << ' ' << text.find("no") << ' ' << text.substr(2, 4) << '\n';
    std::vector<int> a{1, 2, 3, 5, 8}, b{2, 3, 4, 8}, both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    show("both", both);
    std::rotate(a.begin(), a.begin() + 2, a.end());
    std::partial_sum(a.begin(), a.end(), a.begin());
    show("sums", a);
    std::transform(a.begin(), a.end(), std::ostream_iterator<int>(std::cout, ";"), [](int n) { return n * n; });
    std::cout << '\n';
}
