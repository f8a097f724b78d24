package dev.querent.app.prometheus;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;

/** {@code http://HOST:PORT/metrics}, which Prometheus reads. */
public final class MetricsEndpoint implements AutoCloseable {

    private final HTTPServer server;
    private final InetAddress host;

    /**
     * Begins to answer, on threads that don't keep the process alive.
     *
     * @param port 0 for any that is free
     * @throws IOException where the port can't be had
     */
    public MetricsEndpoint(InetAddress host, int port, MultiCollector metrics) throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(metrics);
        this.host = host;
        server = HTTPServer.builder()
                .inetAddress(host)
                .port(port)
                .registry(registry)
                .buildAndStart();
    }

    /** Where it answers. */
    public String url() {
        String name = host.getHostAddress();
        return "http://" + (name.contains(":") ? "[" + name + "]" : name) + ":" + server.getPort() + "/metrics";
    }

    @Override
    public void close() {
        server.close();
    }
}
