# A bearer token of Vitrine's own dialect: POST /api/v1/embed/sessions answers it with a code.

require "json"
require "openssl"
require "securerandom"

def encoded(data) = [data].pack("m0").tr("+/", "-_").delete("=")

now = Time.now.to_i # whole seconds
header = { alg: "HS256", typ: "JWT" }
claims = {
  iss: ENV["CLIENT_ID"],
  aud: "vitrine",
  iat: now,
  exp: now + 300, # at most that
  jti: SecureRandom.uuid,
  session: {
    subject: ENV["SUBJECT"],
    tenant: ENV["TENANT"],
    teams: JSON.parse(ENV["TEAMS"]),
    account_type: ENV["ACCOUNT_TYPE"],
    attributes: JSON.parse(ENV["ATTRIBUTES"]),
    content: { workbook: ENV["CONTENT"] }
  }
}

signed = [header, claims].map { |part| encoded(JSON.generate(part)) }.join(".")
# The key is the text of the secret, also if it looks like hexadecimal.
signature = OpenSSL::HMAC.digest("SHA256", ENV["SECRET"], signed)
puts "#{signed}.#{encoded(signature)}"
