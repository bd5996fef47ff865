// flags: -pthread
// Threads: what they share, what is their own, and exceptions that go from one to another.
#include <atomic>
#include <condition_variable>
#include <future>
#include <iostream>
#include <mutex>
#include <numeric>
#include <queue>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

thread_local std::string own = "fresh";

struct Channel {
    std::mutex lock;
    std::condition_variable ready;
    std::queue<int> items;
    bool closed = false;

    void put(int item) {
        std::lock_guard held(lock);
        items.push(item);
        ready.notify_one();
    }
    void close() {
        std::lock_guard held(lock);
        closed = true;
        ready.notify_all();
    }
    bool take(int &item) {
        std::unique_lock held(lock);
        ready.wait(held, [&] { return closed || !items.empty(); });
        if (items.empty()) return false;
        item = items.front();
        items.pop();
        return true;
    }
};

int fails(int n) {
    if (n % 2) throw std::invalid_argument("odd " + std::to_string(n));
    return n;
}

int main() {
    std::atomic<long> total = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; t++) {
        threads.emplace_back([t, &total] {
            own += std::to_string(t);
            for (int i = 0; i < 1000; i++) {
                try {
                    if (i % 5 == t) throw i;
                    total += 1;
                } catch (int value) {
                    total += value;
                }
            }
            total += static_cast<long>(own.size());
        });
    }
    for (auto &thread : threads) thread.join();
    std::cout << total << ' ' << own << '\n';

    Channel channel;
    long sum = 0;
    std::thread consumer([&] {
        for (int item; channel.take(item);) sum += item;
    });
    for (int i = 0; i < 500; i++) channel.put(i);
    channel.close();
    consumer.join();
    std::cout << sum << '\n';

    for (int n : {4, 7}) {
        auto later = std::async(std::launch::async, fails, n);
        try {
            std::cout << later.get() << '\n';
        } catch (const std::exception &e) {
            std::cout << e.what() << '\n';
        }
    }
    std::promise<int> promise;
    auto future = promise.get_future();
    std::thread setter([&] { promise.set_value(11); });
    std::cout << future.get() << '\n';
    setter.join();
    std::once_flag once;
    for (int i = 0; i < 3; i++) std::call_once(once, [] { std::cout << "once\n"; });
}
