package dev.querent.app.command;

import dev.querent.app.prometheus.MetricsEndpoint;
import io.prometheus.metrics.model.registry.MultiCollector;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether and where Prometheus can ask long work how far it is. */
public final class PrometheusOptions {

    private static final String OPTION = "--prometheus";
    private static final Pattern ADDRESS = Pattern.compile("(?:(.+):)?(\\d{1,5})");
    private static final int HIGHEST_PORT = 65_535;

    @Option(
            names = OPTION,
            paramLabel = "[HOST:]PORT",
            description = "Tell Prometheus how far the work is, at http://HOST:PORT/metrics while it goes on. HOST is"
                    + " 127.0.0.1 where none is given: only this machine is answered.")
    private @Nullable String address;

    /**
     * Begins to answer, if asked for, and says where.
     *
     * @return to be closed when the work has ended; none where it wasn't asked for
     * @throws UsageException where the address isn't one, or can't be had
     */
    @Nullable
    MetricsEndpoint open(MultiCollector metrics, PrintWriter err) {
        if (address == null) {
            return null;
        }
        Matcher given = ADDRESS.matcher(address);
        if (!given.matches() || Integer.parseInt(given.group(2)) > HIGHEST_PORT) {
            throw new UsageException(OPTION + ": expected [HOST:]PORT with a port from 0 to " + HIGHEST_PORT
                    + ", found \"" + address + "\". Write " + OPTION + " 9464");
        }
        try {
            InetAddress host = InetAddress.getByName(given.group(1) == null ? "127.0.0.1" : given.group(1));
            MetricsEndpoint endpoint = new MetricsEndpoint(host, Integer.parseInt(given.group(2)), metrics);
            err.println("metrics for Prometheus: " + endpoint.url());
            return endpoint;
        } catch (UnknownHostException e) {
            throw new UsageException(OPTION + ": there is no host \"" + given.group(1) + "\"");
        } catch (IOException e) {
            throw new UsageException(
                    OPTION + ": " + address + " can't be had (" + e.getMessage() + "). Name another port");
        }
    }
}
