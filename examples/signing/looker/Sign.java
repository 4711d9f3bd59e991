// The address of a frame as Looker's hosts sign it. It works once, within five minutes.

import static java.lang.System.getenv;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class Sign {
    // JSON that is here already is put in as it is. A product has a library for this, such as Jackson.
    static String text(Object value) {
        return "\"" + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    public static void main(String[] arguments) throws Exception {
        // A blank in a path is `%20`; `URLEncoder` writes `+`.
        var path = "/login/embed/" + URLEncoder.encode(getenv("CONTENT"), UTF_8).replace("+", "%20");
        // They are signed in this order, and written as JSON once: what is signed is what is sent, byte for byte.
        var sent = new LinkedHashMap<String, String>();
        sent.put("nonce", text(UUID.randomUUID()));
        sent.put("time", "" + Instant.now().getEpochSecond()); // not milliseconds
        sent.put("session_length", "3600");
        sent.put("external_user_id", text(getenv("SUBJECT")));
        sent.put("permissions", "[\"access_data\", \"see_looks\", \"see_user_dashboards\"]");
        sent.put("models", getenv("MODELS"));
        sent.put("group_ids", getenv("TEAMS"));
        sent.put("external_group_id", text(getenv("TENANT")));
        sent.put("user_attributes", getenv("ATTRIBUTES"));
        sent.put("access_filters", "{}"); // filters nothing, and must be there

        // The host comes with its port, if it has one, and without `https://`; no line break follows the last line.
        var signed = URI.create(getenv("VITRINE_URL")).getAuthority() + "\n" + path + "\n" + String.join("\n", sent.values());
        // The key is the text of the secret, also if it looks like hexadecimal.
        var hmac = Mac.getInstance("Hmac" + getenv("HASH"));
        hmac.init(new SecretKeySpec(getenv("SECRET").getBytes(UTF_8), hmac.getAlgorithm()));
        sent.put("signature", Base64.getEncoder().encodeToString(hmac.doFinal(signed.getBytes(UTF_8))));
        var search = new StringJoiner("&");
        sent.forEach((name, value) -> search.add(name + "=" + URLEncoder.encode(value, UTF_8)));
        System.out.println(getenv("VITRINE_URL") + path + "?force_logout_login=true&" + search);
    }
}
