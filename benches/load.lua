-- One kind of request for wrk. After `--`: the method, the path, the Authorization, the Depth, a file with the body ("" for none), and a
-- word for this run. "@" in the path becomes the number of the request from `first` on (modulo `last`, where that is not 0); in the body
-- "@NUMBER@" and "@RUN@" become that number and the word with the number, so that no two bodies are the same.

local count = 0
local threads = {}

function setup(thread)
    table.insert(threads, thread)
end

function init(args)
    local method, path, authorization, depth, file, run, last = unpack(args)
    local body = nil
    if file ~= "" then
        body = assert(io.open(file, "rb")):read("*a")
    end
    local headers = { Authorization = authorization, Depth = depth, ["User-Agent"] = "benchmark" }
    headers["Content-Type"] = method == "PUT" and "text/calendar; charset=utf-8" or "application/xml; charset=utf-8"
    last = tonumber(last)
    if not path:find("@", 1, true) then
        local same = wrk.format(method, path, headers, body)
        request = function() return same end
        return
    end
    request = function()
        local number = last > 0 and count % last or count
        count = count + 1
        sent = count
        local values = { NUMBER = tostring(number), RUN = run .. "-" .. count }
        return wrk.format(method, (path:gsub("@", values.NUMBER)), headers, (body:gsub("@(%u+)@", values)))
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"median": %d, "p99": %d, "requests": %d, "microseconds": %d, "sent": %d, "refused": %d, "lost": %d}\n',
        latency:percentile(50), latency:percentile(99), summary.requests, summary.duration,
        threads[1]:get("sent") or 0, errors.status, errors.connect + errors.write + errors.timeout
    ))
end
