-- wrk script: posts beacons as the widget sends them, each of a page view of its own. Arguments after `--`: path, event id.
local path, event_id, start
local turn = 0

function init(arguments)
  path, event_id = arguments[1], arguments[2]
  start = os.time()
  math.randomseed(start)
end

function request()
  turn = turn + 1
  local about = '", "id": ' .. event_id .. ', "t": ' .. start .. "}"
  local body = '{"v": 1, "n": "' .. string.format("%08x%08x", math.random(0, 2147483647), turn) .. '", "events": [{"k": "display' .. about
  -- A click for every ten displays.
  if turn % 10 == 0 then
    body = body .. ', {"k": "click' .. about
  end
  return wrk.format("POST", path, { ["Content-Type"] = "text/plain;charset=UTF-8" }, body .. "]}")
end
