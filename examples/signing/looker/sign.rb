# The address of a frame as Looker's hosts sign it. It works once, within five minutes.

require "erb"
require "json"
require "openssl"
require "securerandom"
require "uri"

# A blank in a path is `%20`; `CGI.escape` would write `+`.
path = "/login/embed/#{ERB::Util.url_encode(ENV["CONTENT"])}"
# They are signed in this order, and written as JSON once: what is signed is what is sent, byte for byte.
sent = {
  nonce: SecureRandom.uuid,
  time: Time.now.to_i, # whole seconds
  session_length: 3600,
  external_user_id: ENV["SUBJECT"],
  permissions: %w[access_data see_looks see_user_dashboards],
  models: JSON.parse(ENV["MODELS"]),
  group_ids: JSON.parse(ENV["TEAMS"]),
  external_group_id: ENV["TENANT"],
  user_attributes: JSON.parse(ENV["ATTRIBUTES"]),
  access_filters: {} # filters nothing, and must be there
}.transform_values { |value| JSON.generate(value) }

# The host comes with its port, if it has one, and without `https://`; no line break follows the last line.
text = [URI(ENV["VITRINE_URL"]).authority, path, *sent.values].join("\n")
# The key is the text of the secret, also if it looks like hexadecimal.
signature = [OpenSSL::HMAC.digest(ENV["HASH"], ENV["SECRET"], text)].pack("m0")
search = URI.encode_www_form(sent.merge(force_logout_login: true, signature: signature))
puts "#{ENV["VITRINE_URL"]}#{path}?#{search}"
