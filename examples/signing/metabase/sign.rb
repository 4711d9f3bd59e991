# A guest token as Metabase's hosts sign it, for <metabase-dashboard> or /embed/dashboard/TOKEN.

require "json"
require "openssl"

def encoded(data) = [data].pack("m0").tr("+/", "-_").delete("=")

now = Time.now.to_i # whole seconds
header = { alg: "HS256", typ: "JWT" }
claims = {
  resource: { dashboard: Integer(ENV["CONTENT"]) }, # a number, not digits in quotes
  params: JSON.parse(ENV["PARAMETERS"]), # also if it is empty
  iat: now,
  exp: now + 600
}

signed = [header, claims].map { |part| encoded(JSON.generate(part)) }.join(".")
# The key is the text of the secret, also if it looks like hexadecimal.
signature = OpenSSL::HMAC.digest("SHA256", ENV["SECRET"], signed)
puts "#{signed}.#{encoded(signature)}"
