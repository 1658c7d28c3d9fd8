-- wrk script: posts events as the official SDKs send them. Arguments after `--`: path, token, event type id.
local path, token, event_type_id
local turn = 0

function init(arguments)
  path, token, event_type_id = arguments[1], arguments[2], arguments[3]
end

function request()
  turn = turn + 1
  local body = '{"event": {"city": "San Francisco", "country": "US", "custom_event_fields_attributes": '
    .. '[{"key": "size", "value": "XL"}], "email_address": "", "event_type_id": "' .. event_type_id
    .. '", "event_type_tag": "", "first_name": "Dean", "image_url": "", "ip_address": "", "province": "California", '
    .. '"title": "Mug number ' .. turn .. '", "url": "https://shop.example/products/mug"}}'
  return wrk.format("POST", path, { Authorization = "Token " .. token, ["Content-Type"] = "application/json" }, body)
end
