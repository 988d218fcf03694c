-- Spends refresh tokens: every answer brings the successor, which waits behind the others for its turn. So no token is
-- spent twice, whichever connection an answer came on.
local here = debug.getinfo(1, 'S').source:match('^@?(.*/)') or './'
dofile(here .. 'report.lua')

local waiting, first, last = {}, 1, 0
local headers = { ['Content-Type'] = 'application/json' }

local function add(token)
  last = last + 1
  waiting[last] = token
end

function init(args)
  for token in io.lines(args[1]) do add(token) end
end

function request()
  if first > last then error('no refresh token is left: every one was refused or is under way') end
  local token = waiting[first]
  waiting[first] = nil
  first = first + 1
  return wrk.format('POST', nil, headers, '{"refreshToken":"' .. token .. '"}')
end

function response(status, _, body)
  local token = status == 200 and body:match('"refreshToken":"([^"]+)"')
  if token then add(token) end
end
