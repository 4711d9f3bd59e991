# A token of a connected app with direct trust, as Tableau's hosts sign it. It opens one session.

require "json"
require "openssl"
require "securerandom"

def encoded(data) = [data].pack("m0").tr("+/", "-_").delete("=")

now = Time.now.to_i # whole seconds
# `kid` is the id of the secret, `iss` that of the connected app.
header = { alg: "HS256", typ: "JWT", kid: ENV["SECRET_ID"], iss: ENV["CLIENT_ID"] }
claims = {
  **JSON.parse(ENV["ATTRIBUTES"]), # first, so that none takes the place of a claim below
  "iss" => ENV["CLIENT_ID"],
  "sub" => ENV["SUBJECT"],
  "aud" => "tableau",
  "iat" => now,
  "exp" => now + 300, # at most 600
  "jti" => SecureRandom.uuid,
  "scp" => ["tableau:views:embed", "tableau:content:read"],
  "https://tableau.com/groups" => JSON.parse(ENV["TEAMS"])
}

signed = [header, claims].map { |part| encoded(JSON.generate(part)) }.join(".")
# The key is the text of the secret, also if it looks like hexadecimal.
signature = OpenSSL::HMAC.digest("SHA256", ENV["SECRET"], signed)
puts "#{signed}.#{encoded(signature)}"
