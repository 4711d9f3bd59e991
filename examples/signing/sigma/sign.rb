# The address of a frame as Sigma's hosts sign it, with a JWT that opens one session.

require "json"
require "openssl"
require "securerandom"

def encoded(data) = [data].pack("m0").tr("+/", "-_").delete("=")

now = Time.now.to_i # whole seconds
# Without `kid`, the client id, no key is meant.
header = { alg: "HS256", typ: "JWT", kid: ENV["CLIENT_ID"] }
claims = {
  sub: ENV["SUBJECT"], # an e-mail address
  jti: SecureRandom.uuid,
  iat: now,
  exp: now + 600,
  tenant: ENV["TENANT"],
  teams: JSON.parse(ENV["TEAMS"]),
  account_type: ENV["ACCOUNT_TYPE"],
  user_attributes: JSON.parse(ENV["ATTRIBUTES"]) # values are texts
}

signed = [header, claims].map { |part| encoded(JSON.generate(part)) }.join(".")
# The key is the text of the secret, also if it looks like hexadecimal.
signature = OpenSSL::HMAC.digest("SHA256", ENV["SECRET"], signed)
puts "#{ENV["VITRINE_URL"]}#{ENV["CONTENT"]}?:jwt=#{signed}.#{encoded(signature)}&:embed=true"
