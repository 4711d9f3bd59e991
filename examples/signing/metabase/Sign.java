// A guest token as Metabase's hosts sign it, for <metabase-dashboard> or /embed/dashboard/TOKEN.

import static java.lang.System.getenv;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class Sign {
    static String encoded(byte[] data) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(data);
    }

    public static void main(String[] arguments) throws Exception {
        var now = Instant.now().getEpochSecond(); // not milliseconds
        var header = """
            {"alg": "HS256", "typ": "JWT"}""";
        var claims = """
            {"resource": {"dashboard": %s}, "params": %s, "iat": %d, "exp": %d}""".formatted(
            // A number, not digits in quotes; parameters also if there are none: {}.
            getenv("CONTENT"), getenv("PARAMETERS"), now, now + 600);

        var signed = encoded(header.getBytes(UTF_8)) + "." + encoded(claims.getBytes(UTF_8));
        // The key is the text of the secret, also if it looks like hexadecimal.
        var hmac = Mac.getInstance("HmacSHA256");
        hmac.init(new SecretKeySpec(getenv("SECRET").getBytes(UTF_8), "HmacSHA256"));
        System.out.println(signed + "." + encoded(hmac.doFinal(signed.getBytes(UTF_8))));
    }
}
