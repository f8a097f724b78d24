package dev.querent.app.page;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who may ask. A page from elsewhere, open in the same browser, can send requests to this machine too: under a name of its own that its
 * DNS turns to 127.0.0.1, or across origins. The first shows in {@code Host}, the second in {@code Origin}.
 *
 * @param names by which the server may be called
 * @param byAnyAddress whether it may be called by any IP address: no DNS stands behind one
 */
record Visitors(Set<String> names, boolean byAnyAddress) {

    private static final Pattern ADDRESS = Pattern.compile("\\d+(\\.\\d+){3}|\\[[0-9A-Fa-f:.]+]");

    Visitors {
        names = Set.copyOf(names);
    }

    /**
     * @param host what the server was told to listen on
     * @param address the same, resolved
     */
    static Visitors of(String host, InetAddress address) {
        Set<String> names = Set.of("localhost", "127.0.0.1", "[::1]");
        return address.isLoopbackAddress()
                ? new Visitors(names, false)
                : new Visitors(union(names, host.toLowerCase(Locale.ROOT)), true);
    }

    private static Set<String> union(Set<String> names, String name) {
        Set<String> all = new HashSet<>(names);
        all.add(name);
        return all;
    }

    /** @throws RefusedException where the server is called by a name that isn't its own */
    void checkHost(Headers headers) {
        List<String> hosts = headers.getOrDefault("Host", List.of());
        String name = hosts.size() == 1 ? withoutPort(hosts.get(0)).toLowerCase(Locale.ROOT) : "";
        boolean known =
                names.contains(name) || (byAnyAddress && ADDRESS.matcher(name).matches());
        if (!known) {
            throw new RefusedException(
                    421,
                    "this server is not called by the name that was asked for: open http://localhost with its port");
        }
    }

    /** The port may be another one than the server's, behind a tunnel. */
    private static String withoutPort(String host) {
        return host.replaceFirst(":\\d*$", "");
    }

    /** @throws RefusedException unless a page of this server sends the request */
    static void checkOrigin(Headers headers) {
        String own = "http://" + headers.getFirst("Host");
        if (!headers.getOrDefault("Origin", List.of()).equals(List.of(own))) {
            throw new RefusedException(
                    403, "only this server's own page may ask for this: expected the header Origin: " + own);
        }
    }
}
