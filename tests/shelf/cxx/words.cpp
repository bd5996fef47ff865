// Words of a file, counted in maps, sorted in several ways, and written to another file, which is read again.
#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

struct Word {
    std::string text;
    unsigned long times;
};

static std::vector<Word> count(const std::string &name) {
    std::ifstream file(name);
    if (!file) throw std::runtime_error("no file " + name);
    std::unordered_map<std::string, unsigned long> seen;
    for (std::string line, word; std::getline(file, line);) {
        std::istringstream words(line);
        while (words >> word) seen[word]++;
    }
    std::vector<Word> all;
    for (const auto &[text, times] : seen) all.push_back({text, times});
    std::sort(all.begin(), all.end(), [](const Word &a, const Word &b) {
        return a.times != b.times ? a.times > b.times : a.text < b.text;
    });
    return all;
}

int main(int argc, char **argv) {
    const std::string name = argc > 1 ? argv[1] : "nowhere";
    const int rounds = argc > 2 ? std::stoi(argv[2]) : 1;
    try {
        for (int round = 0; round < rounds; round++) {
            auto all = count(name);
            std::ofstream out("counts.txt");
            for (const auto &word : all)
                out << std::left << std::setw(12) << word.text << std::right << std::setw(8) << word.times << ' '
                    << std::fixed << std::setprecision(3) << 100.0 * word.times / all.size() << '\n';
            out.close();
            std::ifstream in("counts.txt");
            std::map<char, std::set<std::string>> by_letter;
            std::string text;
            unsigned long times, sum = 0;
            for (double share; in >> text >> times >> share;) {
                by_letter[text.front()].insert(text);
                sum += times;
            }
            std::stable_sort(all.begin(), all.end(), [](const Word &a, const Word &b) {
                return a.text.size() < b.text.size();
            });
            auto half = std::partition_point(all.begin(), all.end(), [](const Word &word) { return word.text.size() < 5; });
            std::cout << round << ": " << all.size() << " words, " << sum << " times, " << half - all.begin() << " short\n";
            if (round == 0)
                for (const auto &[letter, words] : by_letter)
                    std::cout << letter << ' ' << words.size() << ' ' << *words.begin() << ' ' << *words.rbegin() << '\n';
        }
        count("nowhere");
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
        return 3;
    }
}
