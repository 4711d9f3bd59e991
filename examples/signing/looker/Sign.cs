// The address of a frame as Looker's hosts sign it. It works once, within five minutes.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

static class Sign
{
    static string Env(string name) => Environment.GetEnvironmentVariable(name);
    static JsonElement Json(string name) => JsonDocument.Parse(Env(name)).RootElement;

    static void Main()
    {
        var path = "/login/embed/" + Uri.EscapeDataString(Env("CONTENT"));
        // They are signed in this order, and written as JSON once: what is signed is what is sent, byte for byte.
        var sent = new List<(string Name, object Value)>
        {
            ("nonce", Guid.NewGuid()),
            ("time", DateTimeOffset.UtcNow.ToUnixTimeSeconds()), // not milliseconds
            ("session_length", 3600),
            ("external_user_id", Env("SUBJECT")),
            ("permissions", new[] { "access_data", "see_looks", "see_user_dashboards" }),
            ("models", Json("MODELS")),
            ("group_ids", Json("TEAMS")),
            ("external_group_id", Env("TENANT")),
            ("user_attributes", Json("ATTRIBUTES")),
            ("access_filters", new { }), // filters nothing, and must be there
        }.Select(it => (Name: it.Name, Text: JsonSerializer.Serialize(it.Value))).ToList();

        // The host comes with its port, if it has one, and without `https://`; no line break follows the last line.
        var text = string.Join("\n", new[] { new Uri(Env("VITRINE_URL")).Authority, path }.Concat(sent.Select(it => it.Text)));
        // The key is the text of the secret, also if it looks like hexadecimal.
        var key = Encoding.UTF8.GetBytes(Env("SECRET"));
        var hmac = Env("HASH") == "sha1" ? (HMAC)new HMACSHA1(key) : new HMACSHA256(key);
        sent.Add(("signature", Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes(text)))));
        var search = string.Join("&", sent.Select(it => it.Name + "=" + Uri.EscapeDataString(it.Text)));
        Console.WriteLine($"{Env("VITRINE_URL")}{path}?force_logout_login=true&{search}");
    }
}
