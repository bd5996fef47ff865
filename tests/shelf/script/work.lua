-- Tables, closures, strings, patterns, numbers, sorting, coroutines, errors.
local rounds = tonumber(arg and arg[1]) or 1

local function primes(limit)
    local sieve, found = {}, 0
    for i = 2, limit do
        if not sieve[i] then
            found = found + 1
            for j = i * i, limit, i do sieve[j] = true end
        end
    end
    return found
end

local function words(count)
    local seed, all = 12345, {}
    for i = 1, count do
        seed = (seed * 1103515245 + 12345) % 2147483648
        all[i] = string.format("w%x%s", seed % 997, i % 7 == 0 and "!" or "")
    end
    return all
end

local account = {}
account.__index = account
function account.new(sum) return setmetatable({ sum = sum }, account) end
function account:add(more) self.sum = self.sum + more return self end

for round = 1, rounds do
    print("primes", primes(100000 + round))
    local counts, keys = {}, {}
    for _, word in ipairs(words(20000)) do
        local key = word:gsub("[!?]+$", "")
        if not counts[key] then keys[#keys + 1] = key end
        counts[key] = (counts[key] or 0) + 1
    end
    table.sort(keys, function(a, b) return counts[a] > counts[b] or counts[a] == counts[b] and a < b end)
    print("most", table.concat(keys, " ", 1, 5))
    local sum = account.new(0)
    for i = 1, 200000 do sum:add(i % 3 == 0 and i * 0.5 or -i) end
    print("sum", sum.sum, math.pi, 1e15, 2^53, 7 // 2, -7 % 3, 1 << 40)
end
local steps = coroutine.wrap(function() for i = 1, 5 do coroutine.yield(i * i) end end)
print(steps(), steps(), steps())
print(select(2, pcall(function() error({ code = 7 }) end)).code)
print(pcall(string.rep, "x", -1), select("#", table.unpack({}, 1, 3)), ("%5.2f|%-5s|%q"):format(3.14159, "ab", "c\n"))
print(string.pack("<i4d", 7, 2.5):byte(1, -1))
print(utf8.char(228, 8364, 128512), #utf8.char(128512), utf8.len("ä€"))
