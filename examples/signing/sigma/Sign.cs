// The address of a frame as Sigma's hosts sign it, with a JWT that opens one session.

using System;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

static class Sign
{
    static string Env(string name) => Environment.GetEnvironmentVariable(name);
    static JsonElement Json(string name) => JsonDocument.Parse(Env(name)).RootElement;
    static string Part(object value) => Encoded(JsonSerializer.SerializeToUtf8Bytes(value));
    static string Encoded(byte[] data) => Convert.ToBase64String(data).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    static void Main()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds(); // not milliseconds
        // Without `kid`, the client id, no key is meant.
        var header = new { alg = "HS256", typ = "JWT", kid = Env("CLIENT_ID") };
        var claims = new
        {
            sub = Env("SUBJECT"), // an e-mail address
            jti = Guid.NewGuid(),
            iat = now,
            exp = now + 600,
            tenant = Env("TENANT"),
            teams = Json("TEAMS"),
            account_type = Env("ACCOUNT_TYPE"),
            user_attributes = Json("ATTRIBUTES"), // values are texts
        };

        var signed = Part(header) + "." + Part(claims);
        // The key is the text of the secret, also if it looks like hexadecimal.
        var signature = new HMACSHA256(Encoding.UTF8.GetBytes(Env("SECRET"))).ComputeHash(Encoding.UTF8.GetBytes(signed));
        Console.WriteLine($"{Env("VITRINE_URL")}{Env("CONTENT")}?:jwt={signed}.{Encoded(signature)}&:embed=true");
    }
}
