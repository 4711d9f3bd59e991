// A guest token as Metabase's hosts sign it, for <metabase-dashboard> or /embed/dashboard/TOKEN.

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
        var header = new { alg = "HS256", typ = "JWT" };
        var claims = new
        {
            resource = new { dashboard = int.Parse(Env("CONTENT")) }, // a number, not digits in quotes
            @params = Json("PARAMETERS"), // also if it is empty
            iat = now,
            exp = now + 600,
        };

        var signed = Part(header) + "." + Part(claims);
        // The key is the text of the secret, also if it looks like hexadecimal.
        var signature = new HMACSHA256(Encoding.UTF8.GetBytes(Env("SECRET"))).ComputeHash(Encoding.UTF8.GetBytes(signed));
        Console.WriteLine(signed + "." + Encoded(signature));
    }
}
