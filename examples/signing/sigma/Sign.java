// The address of a frame as Sigma's hosts sign it, with a JWT that opens one session.

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
        // Without `kid`, the client id, no key is meant.
        var header = """
            {"alg": "HS256", "typ": "JWT", "kid": %s}""".formatted(text(getenv("CLIENT_ID")));
        var claims = """
            {"sub": %s, "jti": %s, "iat": %d, "exp": %d, "tenant": %s, "account_type": %s,
             "teams": %s, "user_attributes": %s}""".formatted(
            text(getenv("SUBJECT")), text(UUID.randomUUID()), now, now + 600, // `sub` is an e-mail address
            text(getenv("TENANT")), text(getenv("ACCOUNT_TYPE")),
            getenv("TEAMS"), getenv("ATTRIBUTES"));

        var signed = encoded(header.getBytes(UTF_8)) + "." + encoded(claims.getBytes(UTF_8));
        // The key is the text of the secret, also if it looks like hexadecimal.
        var hmac = Mac.getInstance("HmacSHA256");
        hmac.init(new SecretKeySpec(getenv("SECRET").getBytes(UTF_8), "HmacSHA256"));
        var token = signed + "." + encoded(hmac.doFinal(signed.getBytes(UTF_8)));
        System.out.println(getenv("VITRINE_URL") + getenv("CONTENT") + "?:jwt=" + token + "&:embed=true");
    }
}
