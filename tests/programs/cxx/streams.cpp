// Streams: formats, manipulators, strings as streams, lines of input.
#include <fstream>
#include <iomanip>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

struct Point {
    int x, y;
};

std::ostream &operator<<(std::ostream &out, const Point &p) { return out << '(' << p.x << ", " << p.y << ')'; }

std::istream &operator>>(std::istream &in, Point &p) {
    char open, comma, close;
    if (in >> open >> p.x >> comma >> p.y >> close && (open != '(' || comma != ',' || close != ')'))
        in.setstate(std::ios::failbit);
    return in;
}

int main() {
    std::cout << "hello" << ' ' << 42 << ' ' << -7L << ' ' << 18446744073709551615ull << ' ' << true << '\n';
    std::cout << std::boolalpha << true << std::noboolalpha << ' ' << 1.5 << ' ' << 1e100 << ' ' << 0.1f << '\n';
    std::cout << std::hex << std::showbase << 255 << ' ' << std::oct << 8 << std::dec << std::noshowbase << '\n';
    std::cout << std::setw(8) << 17 << '|' << std::left << std::setw(8) << "ab" << '|' << std::right
              << std::setfill('*') << std::setw(6) << 3 << std::setfill(' ') << '\n';
    std::cout << std::fixed << std::setprecision(3) << 3.14159265 << ' ' << std::scientific << 12345.678 << ' '
              << std::defaultfloat << std::setprecision(10) << 2.0 / 3 << '\n';
    std::cout << std::showpos << 5 << std::noshowpos << ' ' << std::uppercase << std::hex << 0xbeef
              << std::nouppercase << std::dec << '\n';
    std::cout << Point{1, -2} << std::endl;
    std::cout << std::numeric_limits<double>::infinity() << ' ' << static_cast<const void *>(nullptr) << '\n';
    std::cout << 1.25L << ' ' << static_cast<short>(-3) << ' ' << static_cast<unsigned char>('x') << '\n';

    std::istringstream in("12 abc 3.5 (4,5) 0x1f rest of it");
    int number;
    std::string word;
    double fraction;
    Point point;
    in >> number >> word >> fraction >> point;
    std::cout << number << word << fraction << point << '\n';
    in >> std::hex >> number >> std::ws;
    std::getline(in, word);
    std::cout << std::dec << number << '[' << word << ']' << in.eof() << in.fail() << '\n';
    std::istringstream bad("xyz");
    bad >> number;
    std::cout << number << bad.fail() << bad.good() << '\n';
    bad.clear();
    bad >> word;
    std::cout << word << '\n';

    std::ostringstream out;
    for (int i = 0; i < 5; i++) out << i * i << (i < 4 ? "," : "");
    std::string text = out.str();
    std::cout << text << ' ' << text.size() << ' ' << out.tellp() << '\n';
    std::stringstream both;
    both << "one two three";
    std::vector<std::string> words;
    while (both >> word) words.push_back(word);
    for (auto w = words.rbegin(); w != words.rend(); ++w) std::cout << *w << ' ';
    std::cout << '\n';

    long lines = 0, letters = 0;
    while (std::getline(std::cin, word)) lines++, letters += word.size();
    std::cout << lines << " lines, " << letters << " letters " << std::cin.eof() << '\n';
    std::ifstream nothing("there/is/no/such/file");
    std::cout << nothing.is_open() << !nothing << '\n';
    std::wostringstream wide;
    wide << L"wide " << 7 << L' ' << 2.5;
    std::cout << wide.str().size() << ' ' << (wide.str() == L"wide 7 2.5") << '\n';
    std::clog << "to the log\n";
    std::cerr << "to the errors\n";
    return std::cout.good() ? 0 : 1;
}
