package dev.querent.app.page;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a request is answered with.
 *
 * @param policy what a browser lets the content do
 */
record Reply(int status, String type, byte[] body, String policy) {

    /** Of our own files: they fetch from this server alone; pictures may also be the ones that a user has picked. */
    private static final String OWN = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** Of reports, which hold what runs said: pictures and colours, nothing that is executed or fetched. */
    private static final String FOREIGN = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline';"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    static Reply own(String type, byte[] body) {
        return new Reply(200, type, body, OWN);
    }

    static Reply report(byte[] html) {
        return new Reply(200, "text/html; charset=utf-8", html, FOREIGN);
    }

    static Reply text(String text) {
        return new Reply(200, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), FOREIGN);
    }

    static Reply json(JsonNode node) {
        return json(200, node);
    }

    static Reply refused(RefusedException refused) {
        return json(refused.status(), JsonMapper.shared().createObjectNode().put("error", refused.sentence()));
    }

    private static Reply json(int status, JsonNode node) {
        return new Reply(status, "application/json", node.toString().getBytes(StandardCharsets.UTF_8), FOREIGN);
    }

    void send(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Content-Security-Policy", policy);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Referrer-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
