// A bearer token of Vitrine's own dialect: POST /api/v1/embed/sessions answers it with a code.

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
        var header = """
            {"alg": "HS256", "typ": "JWT"}""";
        var claims = """
            {"iss": %s, "aud": "vitrine", "iat": %d, "exp": %d, "jti": %s, "session": {
              "subject": %s, "tenant": %s, "account_type": %s, "content": {"workbook": %s},
              "teams": %s, "attributes": %s}}""".formatted(
            text(getenv("CLIENT_ID")), now, now + 300, text(UUID.randomUUID()), // `exp` at most that
            text(getenv("SUBJECT")), text(getenv("TENANT")), text(getenv("ACCOUNT_TYPE")), text(getenv("CONTENT")),
            getenv("TEAMS"), getenv("ATTRIBUTES"));

        var signed = encoded(header.getBytes(UTF_8)) + "." + encoded(claims.getBytes(UTF_8));
        // The key is the text of the secret, also if it looks like hexadecimal.
        var hmac = Mac.getInstance("HmacSHA256");
        hmac.init(new SecretKeySpec(getenv("SECRET").getBytes(UTF_8), "HmacSHA256"));
        System.out.println(signed + "." + encoded(hmac.doFinal(signed.getBytes(UTF_8))));
    }
}
