extern "c" fn printf(format: [*:0]const u8, ...) c_int;
extern "c" fn atoi(text: [*:0]const u8) c_int;

/// How many numbers below `limit` are prime.
fn primes(comptime limit: usize) usize {
    var sieve: [limit]bool = @splat(true);
    var found: usize = 0;
    for (2..limit) |n| {
        if (!sieve[n]) continue;
        found += 1;
        var multiple = n * n;
        while (multiple < limit) : (multiple += n) sieve[multiple] = false;
    }
    return found;
}

pub export fn main(count: c_int, arguments: [*]const [*:0]const u8) c_int {
    const rounds = if (count > 1) atoi(arguments[1]) else 1;
    var round: c_int = 0;
    while (round < rounds) : (round += 1) {
        const found = primes(100_000);
        if (round == 0) _ = printf("hello: %zu primes, %.3f of all\n", found, @as(f64, @floatFromInt(found)) / 100_000);
    }
    return 0;
}
