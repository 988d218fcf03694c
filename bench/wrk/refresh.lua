-- Spends refresh tokens: every answer brings the successor, which waits behind the others for its turn. So no token is
-- spent twice, whichever connection an answer came on. The first line of the file is a client's Authorization header, for
-- the token endpoint; an empty one stands for the first-party API.
local here = debug.getinfo(1, 'S').source:match('^@?(.*/)') or './'
dofile(here .. 'report.lua')

local waiting, first, last = {}, 1, 0
local headers, form, member = {}, '{"refreshToken":"%s"}', '"refreshToken":"([^"]+)"'

local function add(token)
  last = last + 1
  waiting[last] = token
end

function init(args)
  local lines = io.lines(args[1])
  headers['Authorization'] = lines()
  headers['Content-Type'] = 'application/json'
  if headers['Authorization'] == '' then
    headers['Authorization'] = nil
  else
    headers['Content-Type'] = 'application/x-www-form-urlencoded'
    form, member = 'grant_type=refresh_token&refresh_token=%s', '"refresh_token":"([^"]+)"'
  end
  for token in lines do add(token) end
end

function request()
  if first > last then error('no refresh token is left: every one was refused or is under way') end
  local token = waiting[first]
  waiting[first] = nil
  first = first + 1
  return wrk.format('POST', nil, headers, form:format(token))
end

function response(status, _, body)
  local token = status == 200 and body:match(member)
  if token then add(token) end
end
