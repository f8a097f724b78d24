package dev.querent.app.page;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.querent.app.talk.ImageTalk;
import dev.querent.experiment.RunDirectory;
import dev.querent.report.UnreadableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** Serves the page. What a request may be is decided here, what it is answered with in {@link Routes}. */
public final class PageServer implements AutoCloseable {

    /** Answers wait in some of them, the others go on serving. */
    private static final int THREADS = 12;

    /** Of a body that is refused; read so that the sender gets to see why. */
    private static final long MOST_IGNORED_BYTES = 256L << 20;

    private static final String LONGEST_REQUEST = "sun.net.httpserver.maxReqTime";
    private static final String LONGEST_REQUEST_SECONDS = "60";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Visitors visitors;
    private final Desk desk;
    private final Routes routes;
    private final PrintWriter err;

    private PageServer(HttpServer server, Visitors visitors, Desk desk, Routes routes, PrintWriter err) {
        this.server = server;
        this.visitors = visitors;
        this.desk = desk;
        this.routes = routes;
        this.err = err;
    }

    /**
     * Starts to listen.
     *
     * @param address where; port 0 takes a free one
     * @param runs the folder of runs
     * @param loader builds a run's model; throws {@link RefusedException} where it writes no texts
     * @param err is told of errors in the program
     * @throws IOException where the address can't be had
     */
    public static PageServer start(
            InetSocketAddress address, Path runs, Function<RunDirectory, ImageTalk> loader, PrintWriter err)
            throws IOException {
        if (System.getProperty(LONGEST_REQUEST) == null) {
            System.setProperty(LONGEST_REQUEST, LONGEST_REQUEST_SECONDS);
        }
        HttpServer server = HttpServer.create(address, 0);
        Desk desk = new Desk(loader);
        PageServer page = new PageServer(
                server,
                Visitors.of(address.getHostString(), address.getAddress()),
                desk,
                new Routes(new Shelf(runs), desk),
                err);
        server.createContext("/", page::handle);
        server.setExecutor(page.threads);
        server.start();
        return page;
    }

    /** Where the page is. */
    public URI uri() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().isAnyLocalAddress()
                ? "localhost"
                : address.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort() + "/");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try {
            Reply reply;
            try {
                reply = reply(exchange);
            } catch (RefusedException e) {
                reply = Reply.refused(e);
            } catch (UnreadableException e) {
                reply = Reply.refused(new RefusedException(422, e.sentence()));
            } catch (UncheckedIOException e) {
                err.println(e.getMessage());
                err.flush();
                reply = Reply.refused(
                        new RefusedException(503, "cannot be read just now: perhaps it was moved or deleted"));
            } catch (RuntimeException e) {
                e.printStackTrace(err);
                err.flush();
                reply = Reply.refused(new RefusedException(500, "an error in the program: " + e));
            }
            ignore(exchange.getRequestBody());
            reply.send(exchange);
        } finally {
            exchange.close();
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        visitors.checkHost(exchange.getRequestHeaders());
        return switch (exchange.getRequestMethod()) {
            case "GET" -> routes.get(exchange.getRequestURI());
            case "POST" -> {
                Visitors.checkOrigin(exchange.getRequestHeaders());
                yield routes.post(exchange.getRequestURI(), exchange.getRequestHeaders(), exchange.getRequestBody());
            }
            default -> throw new RefusedException(405, "expected GET or POST");
        };
    }

    private static void ignore(InputStream body) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long ignored = 0;
        for (int read = body.read(buffer); read >= 0 && ignored < MOST_IGNORED_BYTES; read = body.read(buffer)) {
            ignored += read;
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        desk.close();
    }
}
