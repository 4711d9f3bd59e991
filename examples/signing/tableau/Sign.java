// A token of a connected app with direct trust, as Tableau's hosts sign it. It opens one session.

import static java.lang.System.getenv;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class Sign {
    // JSON that is here already is put in as it is. A product has a library for this, such as Jackson.
    static String text(Object value) {
        return "\"" + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    static String encoded(byte[] data) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(data);
    }

    public static void main(String[] arguments) throws Exception {
        var now = Instant.now().getEpochSecond(); // not milliseconds
        // `kid` is the id of the secret, `iss` that of the connected app.
        var header = """
            {"alg": "HS256", "typ": "JWT", "kid": %s, "iss": %s}""".formatted(
            text(getenv("SECRET_ID")), text(getenv("CLIENT_ID")));
        // Each attribute is a claim. One with the name of a claim makes two of it, and the token is refused.
        var more = getenv("ATTRIBUTES").strip().replaceAll("^\\{|}$", "");
        var claims = """
            {"iss": %s, "sub": %s, "aud": "tableau", "iat": %d, "exp": %d, "jti": %s,
             "scp": ["tableau:views:embed", "tableau:content:read"], "https://tableau.com/groups": %s%s}""".formatted(
            text(getenv("CLIENT_ID")), text(getenv("SUBJECT")), now, now + 300, text(UUID.randomUUID()), // `exp` at most 600
            getenv("TEAMS"), more.isBlank() ? "" : ", " + more);

        var signed = encoded(header.getBytes(UTF_8)) + "." + encoded(claims.getBytes(UTF_8));
        // The key is the text of the secret, also if it looks like hexadecimal.
        var hmac = Mac.getInstance("HmacSHA256");
        hmac.init(new SecretKeySpec(getenv("SECRET").getBytes(UTF_8), "HmacSHA256"));
        System.out.println(signed + "." + encoded(hmac.doFinal(signed.getBytes(UTF_8))));
    }
}
