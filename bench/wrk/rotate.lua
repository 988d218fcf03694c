-- Sends the bodies of a file in turn. Its first two lines are the content type and the Authorization header.
local here = debug.getinfo(1, 'S').source:match('^@?(.*/)') or './'
dofile(here .. 'report.lua')

local requests, turn = {}, 0

function init(args)
  local lines = io.lines(args[1])
  local headers = { ['Content-Type'] = lines() }
  local authorization = lines()
  if authorization ~= '' then headers['Authorization'] = authorization end
  for body in lines do requests[#requests + 1] = wrk.format('POST', nil, headers, body) end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end
