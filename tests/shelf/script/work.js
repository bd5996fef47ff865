// Runs in any engine of ECMAScript 5: objects, closures, strings, regular expressions, numbers, sorting, JSON.
var say = typeof print === "function" ? print : console.log;
// The last argument, which some engines give without the script's name.
var rounds = typeof scriptArgs !== "undefined" && +scriptArgs[scriptArgs.length - 1] || 1;

function primes(limit) {
    var sieve = [], found = 0;
    for (var i = 2; i < limit; i++) {
        if (sieve[i]) continue;
        found++;
        for (var j = i * i; j < limit; j += i) sieve[j] = true;
    }
    return found;
}

function words(count) {
    var seed = 12345, all = [];
    for (var i = 0; i < count; i++) {
        seed = (seed * 1103515245 + 12345) % 2147483648;
        all.push("w" + (seed % 997).toString(36) + (i % 7 ? "" : "!"));
    }
    return all;
}

function tally(all) {
    var counts = {};
    all.forEach(function (word) {
        var key = word.replace(/[!?]+$/, "");
        counts[key] = (counts[key] || 0) + 1;
    });
    return counts;
}

function Tree() { this.root = null; this.size = 0; }
Tree.prototype.put = function (key) {
    var at = this.root, up = null;
    while (at) {
        if (at.key === key) return;
        up = at;
        at = key < at.key ? at.left : at.right;
    }
    var leaf = { key: key, left: null, right: null };
    if (!up) this.root = leaf; else if (key < up.key) up.left = leaf; else up.right = leaf;
    this.size++;
};
Tree.prototype.depth = function depth(at) {
    at = at === undefined ? this.root : at;
    return at ? 1 + Math.max(this.depth(at.left), this.depth(at.right)) : 0;
};

function integral(steps) {
    var sum = 0;
    for (var i = 0; i < steps; i++) {
        var x = (i + 0.5) / steps;
        sum += Math.sqrt(1 - x * x) * Math.cos(x) + Math.exp(-x) / (1 + Math.log(1 + x));
    }
    return sum / steps;
}

for (var round = 0; round < rounds; round++) {
    say("primes", primes(20000 + round));
    var counts = tally(words(4000));
    var keys = Object.keys(counts).sort(function (a, b) { return counts[b] - counts[a] || (a < b ? -1 : 1); });
    say("most", keys.slice(0, 5).map(function (k) { return k + "=" + counts[k]; }).join(" "));
    var tree = new Tree();
    keys.forEach(function (k) { tree.put(k); });
    say("tree", tree.size, tree.depth());
    say("integral", integral(20000).toFixed(10), 0.1 + 0.2, 1e21, (123.456).toPrecision(4), 5e-324);
    var text = JSON.stringify({ a: [1, 2.5, null, true, "x\u00e9\n"], b: { c: keys.slice(0, 3) } });
    say(text, JSON.parse(text).a[4].length, text.split(/[,:]/).length);
}
try { null.x; } catch (error) { say(error instanceof TypeError); }
say([3, 1, 2].sort().concat([4]).reverse().join(), parseInt("0x1f"), parseFloat("3.25e2"), isNaN("x" * 1));
say(new Date(86400000 * 365.25 * 30).toISOString(), encodeURIComponent("a b&\u00fc"), "abc".charCodeAt(1));
