// A token of a connected app with direct trust, as Tableau's hosts sign it. It opens one session.

using System;
using System.Collections.Generic;
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
        // `kid` is the id of the secret, `iss` that of the connected app.
        var header = new { alg = "HS256", typ = "JWT", kid = Env("SECRET_ID"), iss = Env("CLIENT_ID") };
        var claims = JsonSerializer.Deserialize<Dictionary<string, object>>(Env("ATTRIBUTES"));
        // Written over attributes, so that none takes the place of a claim.
        claims["iss"] = Env("CLIENT_ID");
        claims["sub"] = Env("SUBJECT");
        claims["aud"] = "tableau";
        claims["iat"] = now;
        claims["exp"] = now + 300; // at most 600
        claims["jti"] = Guid.NewGuid();
        claims["scp"] = new[] { "tableau:views:embed", "tableau:content:read" };
        claims["https://tableau.com/groups"] = Json("TEAMS");

        var signed = Part(header) + "." + Part(claims);
        // The key is the text of the secret, also if it looks like hexadecimal.
        var signature = new HMACSHA256(Encoding.UTF8.GetBytes(Env("SECRET"))).ComputeHash(Encoding.UTF8.GetBytes(signed));
        Console.WriteLine(signed + "." + Encoded(signature));
    }
}
